import { escapePattern } from "../../model/glob.ts";
import { canonicalName } from "../../model/series-name.ts";
import type { SeriesFacts } from "../../render/series-source.ts";
import type { UiSource } from "./ui-source.ts";

interface Tier {
  step: number;
  retention: number;
}

/** Which rules a name of carbon falls under, and what a series of it keeps if there is one. */
export interface RetentionAnswer {
  /** As it is stored. */
  name: string;
  /** Why no series can have the name; null: it can. */
  refusal: string | null;
  /** Section of --schemas; null: the built-in default, or carbon's last resort where there is a file. */
  schema: string | null;
  hasSchemas: boolean;
  /** Of a new series. */
  tiers: Tier[];
  /** The step of a new series follows from how often its first datapoints come. */
  isStepLearned: boolean;
  /** Section of --aggregation; null for the default. */
  aggregation: string | null;
  method: string;
  xFilesFactor: number;
  /** The series of this name; null when there is none. */
  existing: { mode: SeriesFacts["mode"]; tiers: Tier[] } | null;
}

export async function retentionFor(asked: string, source: UiSource): Promise<RetentionAnswer> {
  const { rules } = source.own;
  const canonical = canonicalName(asked.trim());
  const name = canonical.ok ? canonical.name : asked.trim();
  const pattern = name.includes(";") ? name : escapePattern(name);
  const found = canonical.ok ? await source.find(pattern, null, 2) : [];
  const leaf = found.find(({ isLeaf }) => isLeaf);
  const facts = leaf === undefined ? null : source.factsOf(leaf);
  const { method, xFilesFactor } = rules.aggregationOf(name);
  return {
    name,
    refusal: canonical.ok ? null : canonical.reason,
    schema: rules.ruleOf(name),
    hasSchemas: rules.hasFile,
    tiers: rules.retentionsOf(name).map(({ step, seconds }) => ({ step, retention: seconds })),
    isStepLearned: rules.isLearnable(name),
    aggregation: rules.aggregationRuleOf(name),
    method,
    xFilesFactor,
    existing: facts === null ? null : { mode: facts.mode, tiers: [...facts.tiers] },
  };
}
