import { setTimeout as sleep } from "node:timers/promises";
import { GraphiteError } from "../../model/errors.ts";

/** Milliseconds between two looks at what is synced, and after which nobody waits any longer. */
const LOOK_MS = 20;
const MAX_WAIT_MS = 30_000;

export interface LogSync {
  /** Position of the log up to which it is synced. */
  durableLsn(): number;
  /** Asks for a sync at once. */
  syncLog(): void;
}

/**
 * Resolves when the log is synced up to a position.
 *
 * @throws GraphiteError ERR_NOT_READY with `failure` when that takes too long
 */
export async function untilDurable(
  { durableLsn, syncLog }: LogSync,
  lsn: number,
  failure: string,
): Promise<void> {
  for (const end = performance.now() + MAX_WAIT_MS; durableLsn() < lsn; await sleep(LOOK_MS)) {
    syncLog();
    if (performance.now() >= end) throw new GraphiteError("ERR_NOT_READY", failure);
  }
}
