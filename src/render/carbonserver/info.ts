import type { QueryAnswer } from "../query-job.ts";
import type { SeriesFacts, SeriesSource } from "../series-source.ts";
import { capitalised, nothingFound, okAnswer } from "./answer.ts";
import { namesOf, type PeerFind } from "./find.ts";
import { encodeMessage } from "./messages.ts";
import { CONTENT_TYPES, type Protocol } from "./protocol.ts";

/** Answers how series are kept. v2 knows one series, v3 and JSON any number. */
export async function peerInfo(
  request: PeerFind,
  source: SeriesSource,
  maxNames: number,
): Promise<QueryAnswer> {
  const infos: Info[] = [];
  for (const name of namesOf(request)) {
    const nodes = await source.find(name, null, maxNames - infos.length);
    for (const node of nodes) if (node.isLeaf) infos.push(infoOf(node.path, source.factsOf(node)));
  }
  if (infos.length === 0) return nothingFound();
  return okAnswer(CONTENT_TYPES[request.protocol], bodyOf(infos, request.protocol));
}

interface Info {
  name: string;
  consolidationFunc: string;
  maxRetention: number;
  xFilesFactor: number;
  retentions: { secondsPerPoint: number; numberOfPoints: number }[];
}

function infoOf(name: string, { method, xFilesFactor, tiers }: SeriesFacts): Info {
  return {
    name,
    consolidationFunc: capitalised(method),
    maxRetention: Math.max(...tiers.map(({ retention }) => retention)),
    xFilesFactor,
    retentions: tiers.map(({ step, retention }) => ({
      secondsPerPoint: step,
      numberOfPoints: Math.floor(retention / step),
    })),
  };
}

function bodyOf(infos: readonly Info[], protocol: Protocol): Uint8Array {
  if (protocol === "v3") return encodeMessage("v3.MultiMetricsInfoResponse", { metrics: infos });
  if (protocol === "v2") {
    const { consolidationFunc: aggregationMethod, ...first } = infos[0]!;
    return encodeMessage("v2.InfoResponse", { ...first, aggregationMethod });
  }
  // As protobuf is written as JSON: numbers of 64 bits are texts.
  const metrics = infos.map(({ maxRetention, retentions, ...info }) => ({
    ...info,
    maxRetention: String(maxRetention),
    retentions: retentions.map(({ secondsPerPoint, numberOfPoints }) => ({
      secondsPerPoint: String(secondsPerPoint),
      numberOfPoints: String(numberOfPoints),
    })),
  }));
  return Buffer.from(JSON.stringify({ metrics }));
}
