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
/** Without any file: what servers say of themselves once a minute, as carbon's own file has it. */
const SELF_SCHEMA: SchemaRule = {
  name: "self",
  pattern: compileRegex("^(carbon|statite)\\."),
  retentions: parseRetentions("60s:90d"),
};
/** What carbon falls back to when no section of a file matches. */
const LAST_RESORT = "60s:7d";
const DEFAULT_AGGREGATION: Aggregation = { method: "average", xFilesFactor: 0.5 };

/** Which retention and which aggregation a name has: the first section that matches decides. */
export class StorageRules {
  readonly #schemas: readonly SchemaRule[];
  readonly #aggregations: readonly AggregationRule[];
  readonly #fallback: readonly Retention[];

  /** `schemas` is null when there is no file. */
  constructor(
    schemas: readonly SchemaRule[] | null,
    aggregations: readonly AggregationRule[] | null,
  ) {
    this.#schemas = schemas ?? [SELF_SCHEMA];
    this.#aggregations = aggregations ?? [];
    this.#fallback = parseRetentions(schemas === null ? DEFAULT_RETENTIONS : LAST_RESORT);
  }

  /** Of a new series. */
  retentionsOf(name: string): readonly Retention[] {
    const rule = this.#schemas.find((r) => r.retentions !== null && r.pattern.search(name));
    return rule?.retentions ?? this.#fallback;
  }

  /**
   * Of a series that exists; null when it keeps what it has, because the section that would decide
   * cannot be used: a slip of the pen must not change what is kept.
   */
  changedRetentionsOf(name: string): readonly Retention[] | null {
    const rule = this.#schemas.find((r) => r.pattern.search(name));
    return rule === undefined ? this.#fallback : rule.retentions;
  }

  aggregationOf(name: string): Aggregation {
    return this.#aggregations.find((rule) => rule.pattern.search(name)) ?? DEFAULT_AGGREGATION;
  }
}
