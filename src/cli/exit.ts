import { GraphiteError } from "../model/errors.ts";
import { NotAStoreError } from "../storage/inspect/not-a-store.ts";
import { NewerVersionError } from "../storage/store-folder.ts";

/** Exit status of a command that failed, or has found something wrong. */
export const FAILED = 1;
/** Exit status of a command that was called wrongly. */
export const USAGE = 2;

/** Arguments that do not make sense, in words that say what to change. */
export class UsageError extends Error {
  override name = "UsageError";
}

export function fail(error: unknown, status: number): never {
  process.stderr.write(`statite: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(status);
}

/** Whether the caller has to change something, or the machine has failed. */
export function statusOf(error: unknown): number {
  if (error instanceof GraphiteError) return error.code === "ERR_NOT_FOUND" ? FAILED : USAGE;
  const isUsage =
    error instanceof UsageError ||
    error instanceof NotAStoreError ||
    error instanceof NewerVersionError;
  return isUsage ? USAGE : FAILED;
}

/** Whoever reads the output may have enough of it, as `head` does: no reason to complain. */
export function endQuietlyWithReader(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit();
    throw error;
  });
}
