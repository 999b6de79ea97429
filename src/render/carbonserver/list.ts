import type { QueryAnswer } from "../query-job.ts";
import type { SeriesSource } from "../series-source.ts";
import { okAnswer } from "./answer.ts";
import { encodeMessage } from "./messages.ts";
import { CONTENT_TYPES, type Protocol } from "./protocol.ts";

/** More names do not fit into the memory of a thread. */
const MAX_NAMES = 4_000_000;

/** Answers with the names of all series. */
export async function peerList(protocol: Protocol, source: SeriesSource): Promise<QueryAnswer> {
  const list = { Metrics: await source.allPaths(MAX_NAMES) };
  const body =
    protocol === "json"
      ? Buffer.from(JSON.stringify(list))
      : encodeMessage("v3.ListMetricsResponse", list);
  return okAnswer(CONTENT_TYPES[protocol], body);
}
