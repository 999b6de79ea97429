import type { AggregationMethod } from "./aggregation.ts";
import { compileRegex, type Regex } from "./regex.ts";
import { parseRetentions, type Retention } from "./retention.ts";

/** A section of storage-schemas.conf. */
export interface SchemaRule {
  name: string;
  pattern: Regex;
  /** Null when they cannot be used: the section is left out, but the series that it matches are known. */
  retentions: readonly Retention[] | null;
}

/** A section of storage-aggregation.conf; what it does not say falls back to average and 0.5. */
export interface AggregationRule {
  name: string;
  pattern: Regex;
  method: AggregationMethod;
  xFilesFactor: number;
}

export interface Aggregation {
  method: AggregationMethod;
  xFilesFactor: number;
}

/** Without any file. */
const DEFAULT_RETENTIONS = "10s:10d,5m:1y,1h:6y";
export const DEFAULT_TIERS = parseRetentions(DEFAULT_RETENTIONS);
/** Without any file: what servers say of themselves once a minute, as carbon's own file has it. */
const SELF_SCHEMA: SchemaRule = {
  name: "self",
  pattern: compileRegex("^(carbon|statite)\\."),
  retentions: parseRetentions("60s:90d"),
};
/** What carbon falls back to when no section of a file matches. */
const LAST_RESORT = "60s:7d";
const DEFAULT_AGGREGATION: Aggregation = { method: "average", xFilesFactor: 0.5 };

/** Steps of the middle tier, of which a finer step must divide one. */
const MIDDLE_STEPS = [300, 600, 900, 1200, 1800];
const HOUR = 3600;
const DAY = 86_400;

/**
 * The default tiers from a step on, for datapoints that come at that step; null when they are kept
 * at the default step: it is no multiple of that, longer than a day, or goes into no hour.
 */
export function tiersFromStep(step: number): readonly Retention[] | null {
  const [fine, middle, coarse] = DEFAULT_TIERS as [Retention, Retention, Retention];
  const kept = (tier: Retention, own: number): Retention => ({
    step: own,
    seconds: Math.floor(tier.seconds / own) * own,
  });
  if (step <= fine.step || step % fine.step !== 0 || step > DAY) return null;
  if (step >= HOUR) return step % HOUR === 0 ? [kept(coarse, step)] : null;
  if (HOUR % step !== 0) return null;
  if (step >= middle.step) return [kept(middle, step), coarse];
  const joined = MIDDLE_STEPS.find((one) => one % step === 0);
  const between = joined === undefined ? [] : [kept(middle, joined)];
  return [kept(fine, step), ...between, coarse];
}

/** Which retention and which aggregation a name has: the first section that matches decides. */
export class StorageRules {
  readonly #schemas: readonly SchemaRule[];
  readonly #aggregations: readonly AggregationRule[];
  readonly #fallback: readonly Retention[];
  readonly hasFile: boolean;

  /** `schemas` is null when there is no file. */
  constructor(
    schemas: readonly SchemaRule[] | null,
    aggregations: readonly AggregationRule[] | null,
  ) {
    this.hasFile = schemas !== null;
    this.#schemas = schemas ?? [SELF_SCHEMA];
    this.#aggregations = aggregations ?? [];
    this.#fallback = schemas === null ? DEFAULT_TIERS : parseRetentions(LAST_RESORT);
  }

  /** Of a new series. */
  retentionsOf(name: string): readonly Retention[] {
    const rule = this.#schemas.find((r) => r.retentions !== null && r.pattern.search(name));
    return rule?.retentions ?? this.#fallback;
  }

  /** Null when no section says anything of the name. */
  statedRetentionsOf(name: string): readonly Retention[] | null {
    return (
      this.#schemas.find((r) => r.retentions !== null && r.pattern.search(name))?.retentions ?? null
    );
  }

  /**
   * Of a series that exists; null when it keeps what it has, because the section that would decide
   * cannot be used: a slip of the pen must not change what is kept.
   */
  changedRetentionsOf(name: string): readonly Retention[] | null {
    const rule = this.#schemas.find((r) => r.pattern.search(name));
    return rule === undefined ? this.#fallback : rule.retentions;
  }

  /** Whether nothing but the built-in default says at which step the series is kept. */
  isLearnable(name: string): boolean {
    return !this.hasFile && !this.#schemas.some((rule) => rule.pattern.search(name));
  }

  /** Name of the section of the file that a series falls under; null for none. */
  ruleOf(name: string): string | null {
    if (!this.hasFile) return null;
    const rule = this.#schemas.find((r) => r.retentions !== null && r.pattern.search(name));
    return rule?.name ?? null;
  }

  /** Name of the section that says how a series is aggregated; null for none. */
  aggregationRuleOf(name: string): string | null {
    return this.#aggregations.find((rule) => rule.pattern.search(name))?.name ?? null;
  }

  aggregationOf(name: string): Aggregation {
    return this.#aggregations.find((rule) => rule.pattern.search(name)) ?? DEFAULT_AGGREGATION;
  }
}
