import { GraphiteError } from "../model/errors.ts";
import { escapePattern } from "../model/glob.ts";
import { canonicalName } from "../model/series-name.ts";
import { parseTagExpression, type TagExpression } from "../model/tag-expression.ts";
import type { LeavesAnswer } from "../render/query-job.ts";
import type { FoundNode, TaggedSource } from "../render/series-source.ts";
import { parseTarget } from "../target/parse-target.ts";

/** Series that one request may be about; more are to be asked for in portions. */
const MAX_LEAVES = 1_000_000;

/**
 * The series that names, globs and `seriesByTag(...)` stand for, each once, by name.
 *
 * @throws GraphiteError for a pattern that cannot be read, ERR_LIMIT_SERIES for too many series
 */
export async function findLeaves(
  patterns: readonly string[],
  isExact: boolean,
  source: TaggedSource,
): Promise<LeavesAnswer> {
  const found = new Map<number, string>();
  for (const pattern of patterns) {
    for (const { isLeaf, series, path } of await nodesOf(pattern, isExact, source)) {
      if (isLeaf) found.set(series, path);
    }
    if (found.size > MAX_LEAVES) {
      const message = `more than ${MAX_LEAVES} series match: ask for them in portions`;
      throw new GraphiteError("ERR_LIMIT_SERIES", message);
    }
  }
  const leaves = [...found].sort(([, a], [, b]) => (a < b ? -1 : 1));
  return { paths: leaves.map(([, path]) => path), series: leaves.map(([series]) => series) };
}

async function nodesOf(
  pattern: string,
  isExact: boolean,
  source: TaggedSource,
): Promise<FoundNode[]> {
  if (pattern.includes(";") && !/^\s*seriesByTag\s*\(/.test(pattern)) {
    // A tagged series has no glob; its tags may be given in another order than the store has them.
    const canonical = canonicalName(pattern);
    return canonical.ok ? source.find(canonical.name, null, 1) : [];
  }
  if (isExact) return source.find(escapePattern(pattern), null, MAX_LEAVES);
  if (!/^\s*seriesByTag\s*\(/.test(pattern)) return source.find(pattern, null, MAX_LEAVES);
  return source.findByTags(tagExpressionsOf(pattern), null, MAX_LEAVES);
}

/** The expressions of a target that is `seriesByTag(...)`. @throws GraphiteError */
export function tagExpressionsOf(pattern: string): TagExpression[] {
  const { expression, ignored } = parseTarget(pattern);
  const args =
    expression?.type === "call" && expression.name === "seriesByTag" ? expression.args : [];
  const texts = args.flatMap((arg) => (arg.type === "string" ? arg.value : []));
  if (texts.length === 0 || texts.length < args.length || ignored !== "") {
    const message = `${pattern.slice(0, 200)}: only seriesByTag("tag=value", …) by itself stands for series`;
    throw new GraphiteError("ERR_PARAMETER", message);
  }
  return texts.map(parseTagExpression);
}
