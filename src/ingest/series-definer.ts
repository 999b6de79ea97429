import type { Rules } from "../config/rules.ts";
import { expandIstatName, type IstatTarget, parentsOf } from "../model/istat-name.ts";
import type { Retention } from "../model/retention.ts";
import { canonicalName } from "../model/series-name.ts";
import type { NameIndex } from "../storage/index/name-index.ts";
import type { Targets } from "../storage/name-table.ts";
import { EVENT, GAUGE, type Mode, type Plan, REPLACE } from "../storage/plan.ts";
import { LogFullError, type StoreWriter } from "../storage/store-writer.ts";
import type { Quotas } from "./quotas.ts";
import type { StepLearner } from "./step-learner.ts";

// A byte order mark is a character of the name like any other, as it is for Python.
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const LOG_FULL: Targets = { series: [], refusal: "log-full", isPassing: true };

/** What applies to istat counters. */
export interface IstatOptions {
  retention: readonly Retention[];
  /** Levels of counters above those of a line that it also feeds. */
  rollUp: number;
}

/**
 * The slow way of a name that is seen for the first time: rules, canonical form, plan, and a new
 * series if there is none of that name. A name that is refused says why.
 */
export class SeriesDefiner {
  rules: Rules;
  /** The disk is nearly full: there are no new series until it is not. */
  isDiskFull = false;
  /** Called for every new series. */
  onCreated: () => void = () => {};
  readonly #writer: StoreWriter;
  readonly #index: NameIndex;
  readonly #istat: IstatOptions;
  readonly #quotas: Quotas;
  readonly #learner: StepLearner;

  constructor(
    writer: StoreWriter,
    index: NameIndex,
    rules: Rules,
    istat: IstatOptions,
    quotas: Quotas,
    learner: StepLearner,
  ) {
    this.#writer = writer;
    this.#index = index;
    this.rules = rules;
    this.#istat = istat;
    this.#quotas = quotas;
    this.#learner = learner;
  }

  /** The series of a carbon name as it was sent. */
  carbon(raw: Buffer): number | Targets {
    const text = decode(raw);
    if (text === null) return refused("not-utf8");
    const canonical = canonicalName(text);
    if (!canonical.ok) return refused(canonical.reason);
    const refusal = this.rules.refusalOf(canonical.name);
    if (refusal !== null) return refused(refusal);
    return this.#replacing(canonical.name, false);
  }

  /** The series of one of our own numbers; lists and quotas do not apply. */
  own(name: string): number | Targets {
    const canonical = canonicalName(name);
    return canonical.ok ? this.#replacing(canonical.name, true) : refused(canonical.reason);
  }

  /** The series of all counters that an istat name feeds, the counters of the roll-up last. */
  istat(raw: Buffer): number | Targets {
    const targets = expandIstatName(raw.toString("latin1"));
    if (targets.length === 0) return refused("name-empty");
    const parents = parentsOf(targets, this.#istat.rollUp).filter((one) => this.#canRollUp(one));
    const meanings = [...targets, ...parents].map(({ name, event }) => {
      const canonical = canonicalName(name);
      if (!canonical.ok) return refused(canonical.reason);
      return this.#series(canonical.name, modeOf(event), this.#istat.retention, false);
    });
    if (meanings.length === 1) return meanings[0]!;
    const refusals = meanings.filter((meaning) => typeof meaning !== "number");
    return {
      series: meanings.filter((meaning) => typeof meaning === "number"),
      refusal: refusals[0]?.refusal ?? null,
      isPassing: refusals.some(({ isPassing }) => isPassing),
    };
  }

  /** What was fed otherwise keeps its meaning: no sum of events goes into a mean, or over a value. */
  #canRollUp({ name, event }: IstatTarget): boolean {
    const known = this.#index.seriesAt(name);
    return known < 0 || this.#writer.modeOf(known) === modeOf(event);
  }

  #replacing(name: string, isOwn: boolean): number | Targets {
    return this.#series(name, REPLACE, this.rules.storage.retentionsOf(name), isOwn);
  }

  /** A known name keeps its mode: the first datapoint has fixed it. */
  #series(
    name: string,
    mode: Mode,
    retentions: readonly Retention[],
    isOwn: boolean,
  ): number | Targets {
    const known = this.#index.seriesAt(name);
    if (known >= 0) return known;
    if (this.isDiskFull) return { series: [], refusal: "disk-full", isPassing: true };
    const refusal = isOwn ? null : this.#quotas.refusalOf(name);
    if (refusal !== null) return { series: [], refusal, isPassing: true };
    let reason = "too-many-retentions";
    try {
      const plan = this.#writer.planNumber(planOf(mode, retentions));
      reason = "no-room-for-series";
      const series = this.#writer.createSeries(name, plan);
      this.#quotas.created(name, isOwn);
      this.onCreated();
      if (mode === REPLACE && this.rules.storage.isLearnable(name)) this.#learner.begin(series);
      return series;
    } catch (error) {
      if (error instanceof LogFullError) return LOG_FULL;
      if (error instanceof RangeError) return refused(reason);
      throw error;
    }
  }
}

function modeOf(isEvent: boolean): Mode {
  return isEvent ? EVENT : GAUGE;
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

function refused(reason: string): Targets {
  return { series: [], refusal: reason, isPassing: false };
}

function decode(raw: Buffer): string | null {
  try {
    return utf8.decode(raw);
  } catch {
    return null;
  }
}
