import { parseTagExpression } from "../../model/tag-expression.ts";
import { parseTarget } from "../../target/parse-target.ts";
import type { QueryAnswer } from "../query-job.ts";
import type { FoundNode, SeriesSource } from "../series-source.ts";
import { nothingFound, okAnswer } from "./answer.ts";
import { decodeMessage, encodeMessage } from "./messages.ts";
import { CONTENT_TYPES, type Protocol } from "./protocol.ts";

/** A request for names as carbonapi sends it to a backend. */
export interface PeerFind {
  protocol: Protocol;
  names: readonly string[];
  /** A v3.MultiGlobRequest. */
  body?: Uint8Array | undefined;
}

/** The queries of a body, else those of the URL. @throws GraphiteError ERR_PARAMETER */
export function namesOf({ names, body }: PeerFind): readonly string[] {
  if (body === undefined) return names;
  return decodeMessage<{ metrics?: string[] }>("v3.MultiGlobRequest", body).metrics ?? [];
}

/**
 * Answers a frontend that looks for names; a name that is leaf and branch comes twice. v2 knows one
 * query, v3 any number.
 */
export async function peerFind(
  request: PeerFind,
  source: SeriesSource,
  maxNames: number,
): Promise<QueryAnswer> {
  const queries = namesOf(request);
  const responses: { name: string; matches: FoundNode[] }[] = [];
  let left = maxNames;
  for (const name of request.protocol === "v3" ? queries : queries.slice(0, 1)) {
    const matches = await nodesOf(name, source, left);
    left -= matches.length;
    responses.push({ name, matches });
  }
  if (responses.every(({ matches }) => matches.length === 0)) return nothingFound();
  const body =
    request.protocol === "v3"
      ? encodeMessage("v3.MultiGlobResponse", { metrics: responses })
      : encodeMessage("v2.GlobResponse", responses[0]!);
  return okAnswer(CONTENT_TYPES[request.protocol], body);
}

/** What a query matches; one of tags is answered, too, although go-carbon has none. */
async function nodesOf(query: string, source: SeriesSource, limit: number): Promise<FoundNode[]> {
  const tags = query.startsWith("seriesByTag(") ? tagExpressionsOf(query) : null;
  return tags === null
    ? source.find(query, null, limit)
    : source.findByTags(tags.map(parseTagExpression), null, limit);
}

/** The arguments of `seriesByTag(...)`; null for another call. */
function tagExpressionsOf(query: string): string[] | null {
  const { expression } = parseTarget(query);
  if (expression?.type !== "call" || expression.name !== "seriesByTag") return null;
  return expression.args.flatMap((one) => (one.type === "string" ? [one.value] : []));
}
