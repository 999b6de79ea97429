import { compareCodePoints } from "../../model/code-points.ts";
import { GraphiteError } from "../../model/errors.ts";
import { isLiteralPattern } from "../../model/glob.ts";
import { expandIstatName } from "../../model/istat-name.ts";
import { canonicalName } from "../../model/series-name.ts";
import type { NameIndex } from "../index/name-index.ts";

export interface NamedSeries {
  path: string;
  series: number;
}

/** Names that a glob may lead to before they are sorted. */
const MAX_FOUND = 10_000_000;

/**
 * The series of a name as a client would write it, or of a glob, sorted by name.
 *
 * @throws GraphiteError ERR_NOT_FOUND for none, ERR_LIMIT_SERIES for more than `limit`
 */
export function findSeries(names: NameIndex, text: string, limit: number): NamedSeries[] {
  const exact = exactNames(text)
    .map((path) => ({ path, series: names.seriesAt(path) }))
    .filter(({ series }) => series >= 0);
  if (exact.length > 0) return exact;
  const found = isLiteralPattern(text)
    ? []
    : names
        .find(text, MAX_FOUND)
        .filter(({ isLeaf }) => isLeaf)
        .sort((a, b) => compareCodePoints(a.path, b.path));
  if (found.length === 0) throw new GraphiteError("ERR_NOT_FOUND", `there is no series ${text}`);
  if (found.length > limit) {
    throw new GraphiteError(
      "ERR_LIMIT_SERIES",
      `${text} stands for ${found.length} series, more than ${limit}: ask for less, or raise --limit`,
    );
  }
  return found.map(({ path, series }) => ({ path, series }));
}

/** What a text may be spelled like in the store: as it is, as carbon takes it, as istat does. */
function exactNames(text: string): string[] {
  const names = [text];
  const canonical = canonicalName(text);
  if (canonical.ok) names.push(canonical.name);
  // A star or a brace would be munged into some other name.
  if (isLiteralPattern(text)) names.push(...expandIstatName(text).map(({ name }) => name));
  return [...new Set(names)];
}
