import { compareCodePoints } from "../../model/code-points.ts";
import { GraphiteError } from "../../model/errors.ts";
import { globsAround, IstatPattern } from "../../model/istat-pattern.ts";
import type { QueryAnswer } from "../query-job.ts";
import type { FoundNode, SeriesSource } from "../series-source.ts";
import { istatAnswer } from "./istat-answer.ts";

const MAX_PATTERN = 1000;
/** Pages of istatd ask for all names at once. */
const MAX_NAMES = 1_000_000;

const GAUGE = 0;
const EVENTS = 1;
const AGGREGATE = 2;

/**
 * Answers `GET /?q=PATTERN`: names that match, with their types. A name with others below it is an
 * aggregate, whatever data it has.
 *
 * @throws GraphiteError ERR_PARAMETER for a pattern that is too long, ERR_LIMIT_SERIES
 */
export async function answerNames(pattern: string, source: SeriesSource): Promise<QueryAnswer> {
  if (pattern.length > MAX_PATTERN) {
    throw new GraphiteError("ERR_PARAMETER", `a pattern has at most ${MAX_PATTERN} characters`);
  }
  const matcher = new IstatPattern(pattern);
  const found = new Map<string, FoundNode>();
  for (const glob of pattern === "" ? [] : globsAround(pattern)) {
    for (const node of await source.find(glob, null, MAX_NAMES)) {
      // The branch comes before the leaf of the same name, and it is what counts.
      if (!found.has(node.path) && matcher.matches(node.path)) found.set(node.path, node);
    }
  }
  const names = [...found.values()]
    .sort((a, b) => compareCodePoints(a.path, b.path))
    .map((node) => {
      const name = JSON.stringify(node.path);
      return `{"is_leaf":${node.isLeaf},"type":${typeOf(node, source)},"name":${name}}`;
    });
  return istatAnswer(
    `{"type_mapping":{"0":"gauge","1":"counter","2":"aggregate"},"pattern":${JSON.stringify(pattern)},"matching_names":[${names.join(",")}]}`,
  );
}

function typeOf(node: FoundNode, source: SeriesSource): number {
  if (!node.isLeaf) return AGGREGATE;
  return source.factsOf(node).mode === "event" ? EVENTS : GAUGE;
}
