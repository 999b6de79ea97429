import { escapePattern } from "../model/glob.ts";
import type { SeriesFacts, SeriesSource } from "./series-source.ts";

type Metadata = { value: unknown } | { error: string } | Record<string, unknown>;

/** What can be asked of a series, by Graphite's names. */
const KEYS: Record<string, (facts: SeriesFacts) => unknown> = {
  aggregationMethod: ({ method }) => method,
  xFilesFactor: ({ xFilesFactor }) => xFilesFactor,
  retentions: ({ tiers }) => tiers.map(({ step, retention }) => [step, retention]),
};

/**
 * What is known of series beside their data, by metric: `{"value": …}` of one key as carbon answers
 * it, or without a key all of it. A metric or a key that is not there has an error of its own.
 */
export async function metadataOf(
  metrics: readonly string[],
  key: string | undefined,
  source: SeriesSource,
): Promise<Record<string, Metadata>> {
  const all: [string, Metadata][] = [];
  for (const metric of metrics) all.push([metric, await metadata(metric, key, source)]);
  return Object.fromEntries(all);
}

async function metadata(
  metric: string,
  key: string | undefined,
  source: SeriesSource,
): Promise<Metadata> {
  const pattern = metric.includes(";") ? metric : escapePattern(metric);
  const leaf = (await source.find(pattern, null, 1)).find((node) => node.isLeaf);
  if (leaf === undefined) return { error: "there is no series of that name" };
  const facts = source.factsOf(leaf);
  if (key === undefined) {
    return Object.fromEntries(Object.entries(KEYS).map(([name, value]) => [name, value(facts)]));
  }
  const value = Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
  if (value === undefined) return { error: `the key is none of ${Object.keys(KEYS).join(", ")}` };
  return { value: value(facts) };
}
