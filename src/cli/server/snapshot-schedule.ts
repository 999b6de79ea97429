import { mkdir, readdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import cron from "node-cron";
import type { Logger } from "pino";
import type { Condition } from "./condition.ts";
import type { Snapshots } from "./snapshots.ts";

/** Name of a scheduled snapshot: its moment, UTC. Others in the folder are left alone. */
const NAME = /^statite-\d{8}T\d{6}Z$/;
const PARTIAL_NAME = /^\.statite-\d{8}T\d{6}Z\.statite-snapshot$/;

export interface SnapshotSchedule {
  folder: string;
  /** As cron has it. */
  when: string;
  /** Snapshots that are kept, the newest. */
  keep: number;
}

/** Makes snapshots by the clock; returns what ends that. */
export function scheduleSnapshots(
  snapshots: Snapshots,
  schedule: SnapshotSchedule,
  condition: Condition,
  log: Logger,
): () => void {
  const task = cron.schedule(schedule.when, () =>
    takeScheduled(snapshots, schedule, condition, log),
  );
  return () => void task.stop();
}

/** Makes one, and removes those that are too many; a failure is told by /health until one succeeds. */
export async function takeScheduled(
  snapshots: Pick<Snapshots, "take">,
  { folder, keep }: SnapshotSchedule,
  condition: Condition,
  log: Logger,
): Promise<void> {
  try {
    const moment = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
    await mkdir(folder, { recursive: true });
    const snapshot = await snapshots.take(join(resolve(folder), `statite-${moment}`));
    log.info(snapshot, "snapshot made");
    const found = await readdir(folder);
    const names = found.filter((name) => NAME.test(name)).sort();
    // What a killed server has begun.
    const left = found.filter((name) => PARTIAL_NAME.test(name));
    for (const name of left) await rm(join(folder, name), { recursive: true, force: true });
    for (const name of names.slice(0, -keep)) {
      await rm(join(folder, name), { recursive: true, force: true });
      log.info({ folder: join(folder, name) }, "old snapshot removed");
    }
    condition.onSnapshot(null);
  } catch (error) {
    condition.onSnapshot(error instanceof Error ? error.message : String(error));
  }
}
