import type { KnownEvent } from "./doors.ts";

/** Events that are written without a pause; other requests have their turn in between. */
const BATCH = 1000;

/** `[{"when", "what", "data", "tags", "id"}, …]`, as Graphite and Grafana have it. */
export async function eventsJson(events: readonly KnownEvent[]): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (let at = 0; at < events.length; at += BATCH) {
    if (at > 0) await new Promise((resolve) => setImmediate(resolve));
    const batch = events
      .slice(at, at + BATCH)
      .map(({ when, what, data, tags, id }) => ({ when, what, data, tags, id }));
    parts.push(Buffer.from((at > 0 ? "," : "") + JSON.stringify(batch).slice(1, -1)));
  }
  return Buffer.concat([Buffer.from("["), ...parts, Buffer.from("]")]);
}
