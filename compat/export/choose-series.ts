import { GraphiteError } from "../../src/model/errors.ts";
import type { NamedSeries } from "../../src/storage/inspect/find-series.ts";
import type { OfflineStore } from "../../src/storage/inspect/offline-store.ts";
import { pathMatcher } from "../path-matcher.ts";

/**
 * The series whose names match a glob, tagged ones too, sorted by name.
 *
 * @throws GraphiteError ERR_NOT_FOUND for none
 */
export function chooseSeries({ names }: OfflineStore, pattern: string): NamedSeries[] {
  const matches = pathMatcher(pattern);
  const found = names
    .paths(Number.MAX_SAFE_INTEGER)
    .filter(matches)
    .map((path) => ({ path, series: names.seriesAt(path) }));
  if (found.length === 0) throw new GraphiteError("ERR_NOT_FOUND", `there is no series ${pattern}`);
  return found;
}
