import type { QueryAnswer } from "../query-job.ts";
import type { RenderLimits } from "../render.ts";
import type { SeriesSource } from "../series-source.ts";
import { type PeerFind, peerFind } from "./find.ts";
import { peerInfo } from "./info.ts";
import { peerList } from "./list.ts";
import type { Protocol } from "./protocol.ts";
import { type PeerRender, peerRender } from "./render.ts";

/** Work for a frontend that takes us for a go-carbon. */
export type PeerJob =
  | ({ kind: "peer"; ask: "render" } & PeerRender)
  | ({ kind: "peer"; ask: "find" | "info" } & PeerFind)
  | { kind: "peer"; ask: "list"; protocol: Protocol };

/** @throws GraphiteError for what is wrong with the request */
export function answerPeer(
  job: PeerJob,
  source: SeriesSource,
  timeZone: string,
  limits: RenderLimits,
): Promise<QueryAnswer> {
  switch (job.ask) {
    case "render":
      return peerRender(job, source, timeZone, limits);
    case "find":
      return peerFind(job, source, limits.maxSeries);
    case "info":
      return peerInfo(job, source, limits.maxSeries);
    case "list":
      return peerList(job.protocol, source);
  }
}
