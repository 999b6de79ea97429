import cron from "node-cron";
import type { Logger } from "pino";
import { Documents } from "../../documents/documents.ts";
import { setFiles, takeOver } from "../../documents/set-files.ts";
import { slowNodeFiles } from "../../storage/documents/slow-files.ts";
import type { Clock } from "../../storage/environment.ts";
import { realEnvironment } from "../../storage/node-files.ts";
import type { Condition } from "./condition.ts";

const REPAIR_MS = 5000;
const MAX_DRIFT_MS = 300_000;

/**
 * Events, dashboards and links of a running server: opens them, says in its condition when the disk
 * refuses, and lets events expire by the hour.
 *
 * @throws StartError when a newer version wrote them
 */
export function openDocuments(folder: string, condition: Condition): Documents {
  const documents = new Documents(realEnvironment.files, slowNodeFiles, folder, (failure) =>
    condition.onDocuments(failure),
  );
  for (const piece of documents.damage) condition.onStartDamage(piece);
  setInterval(() => void documents.repair(), REPAIR_MS).unref();
  return documents;
}

/**
 * Takes over the containers of settings that an istatd has kept in a folder, once: one that is there
 * already stays as it is.
 */
export async function takeOverSettings(
  { settings }: Documents,
  folder: string,
  log: Logger,
): Promise<void> {
  try {
    for (const file of setFiles(folder)) {
      const { container } = file;
      try {
        if ("problem" in file) throw new Error(file.problem);
        if (!(await takeOver(settings, container, file.values))) continue;
        log.info({ container, keys: file.values.length }, "istatd's settings taken over");
      } catch (error) {
        log.error({ container, reason: String(error) }, "istatd's settings not taken over");
      }
    }
  } catch (error) {
    log.error({ reason: String(error) }, "--settings-dir cannot be read");
  }
}

/** Removes events that are older than so many seconds, every hour; returns what ends that. */
export function expireEvents(
  { events }: Documents,
  retentionSeconds: number,
  log: Logger,
): () => void {
  const hasJumped = clockWatch(realEnvironment.clock);
  const hourly = cron.schedule("30 * * * *", async () => {
    if (hasJumped()) {
      log.warn("the clock has jumped since the start: events do not expire until a restart");
      return;
    }
    try {
      const expired = await events.expire(Math.floor(Date.now() / 1000) - retentionSeconds);
      if (expired > 0) log.info({ events: expired }, "events have expired");
    } catch (error) {
      log.error({ err: error }, "events have not expired");
    }
  });
  return () => void hourly.stop();
}

/** Whether the clock was set since: a wrong clock must delete nothing. */
function clockWatch(clock: Clock): () => boolean {
  const began = clock.wallMs() - clock.monotonicMs();
  return () => Math.abs(clock.wallMs() - clock.monotonicMs() - began) > MAX_DRIFT_MS;
}
