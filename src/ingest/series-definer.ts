import type { Rules } from "../config/rules.ts";
import { expandIstatName } from "../model/istat-name.ts";
import type { Retention } from "../model/retention.ts";
import { canonicalName, hasBlank } from "../model/series-name.ts";
import type { NameIndex } from "../storage/index/name-index.ts";
import { EVENT, GAUGE, type Mode, type Plan, REPLACE } from "../storage/plan.ts";
import type { StoreWriter } from "../storage/store-writer.ts";

type Refuse = (reason: string, sample?: () => string) => void;

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * The slow way of a name that is seen for the first time: rules, canonical form, plan, and a new
 * series if there is none of that name.
 */
export class SeriesDefiner {
  rules: Rules;
  readonly #writer: StoreWriter;
  readonly #index: NameIndex;
  readonly #istatRetention: readonly Retention[];

  constructor(
    writer: StoreWriter,
    index: NameIndex,
    rules: Rules,
    istatRetention: readonly Retention[],
  ) {
    this.#writer = writer;
    this.#index = index;
    this.rules = rules;
    this.#istatRetention = istatRetention;
  }

  /** The series of a carbon name as it was sent, or -1. */
  carbon(raw: Buffer, refuse: Refuse, blanksAllowed: boolean): number {
    const text = decode(raw);
    if (text === null) {
      refuse("not-utf8", () => raw.toString("latin1"));
      return -1;
    }
    if (!blanksAllowed && hasBlank(text)) {
      refuse("line-malformed", () => text);
      return -1;
    }
    const canonical = canonicalName(text);
    if (!canonical.ok) {
      refuse(canonical.reason, () => text);
      return -1;
    }
    const refusal = this.rules.refusalOf(canonical.name);
    if (refusal !== null) {
      refuse(refusal, () => canonical.name);
      return -1;
    }
    const retentions = this.rules.storage.retentionsOf(canonical.name);
    return this.#series(canonical.name, REPLACE, retentions, refuse);
  }

  /** The series of all counters that an istat name feeds. */
  istat(raw: Buffer, refuse: Refuse): number[] {
    const targets = expandIstatName(raw.toString("latin1"));
    if (targets.length === 0) refuse("name-empty", () => raw.toString("latin1"));
    return targets
      .map(({ name, event }) => {
        const canonical = canonicalName(name);
        if (!canonical.ok) {
          refuse(canonical.reason, () => name);
          return -1;
        }
        return this.#series(canonical.name, event ? EVENT : GAUGE, this.#istatRetention, refuse);
      })
      .filter((series) => series >= 0);
  }

  /** A known name keeps its mode: the first datapoint has fixed it. */
  #series(name: string, mode: Mode, retentions: readonly Retention[], refuse: Refuse): number {
    const known = this.#index.seriesAt(name);
    if (known >= 0) return known;
    try {
      return this.#writer.createSeries(name, this.#writer.planNumber(planOf(mode, retentions)));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      refuse("no-room-for-series", () => `${name}: ${error.message}`);
      return -1;
    }
  }
}

export function planOf(mode: Mode, retentions: readonly Retention[]): Plan {
  return {
    mode,
    tiers: retentions.map(({ step, seconds, lambda }) => ({
      step,
      retention: seconds,
      lambda: lambda ?? 0,
    })),
  };
}

function decode(raw: Buffer): string | null {
  try {
    return utf8.decode(raw);
  } catch {
    return null;
  }
}
