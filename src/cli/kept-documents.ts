import cron from "node-cron";
import type { Logger } from "pino";
import { Documents } from "../documents/documents.ts";
import { slowNodeFiles } from "../storage/documents/slow-files.ts";
import type { Clock } from "../storage/environment.ts";
import { realEnvironment } from "../storage/node-files.ts";
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
