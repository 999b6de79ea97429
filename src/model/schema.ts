import type { AggregationMethod } from "./aggregation.ts";
import type { Regex } from "./regex.ts";
import { parseRetentions, type Retention } from "./retention.ts";

/** A section of storage-schemas.conf. */
export interface SchemaRule {
  name: string;
  pattern: Regex;
  retentions: readonly Retention[];
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
export const DEFAULT_RETENTIONS = "10s:10d,5m:1y,1h:6y";
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
    this.#schemas = schemas ?? [];
    this.#aggregations = aggregations ?? [];
    this.#fallback = parseRetentions(schemas === null ? DEFAULT_RETENTIONS : LAST_RESORT);
  }

  retentionsOf(name: string): readonly Retention[] {
    return this.#schemas.find((rule) => rule.pattern.search(name))?.retentions ?? this.#fallback;
  }

  aggregationOf(name: string): Aggregation {
    return this.#aggregations.find((rule) => rule.pattern.search(name)) ?? DEFAULT_AGGREGATION;
  }
}
