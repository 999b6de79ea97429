import type { StorageRules } from "../model/schema.ts";
import type { NameIndex } from "../storage/index/name-index.ts";
import { REPLACE } from "../storage/plan.ts";
import type { SeriesTable } from "../storage/series-table.ts";

/** How the datapoints of a section of storage-schemas.conf fill the slots of its step. */
export interface RuleFill {
  rule: string;
  /** Series with datapoints in the last window. */
  series: number;
  /** Datapoints against slots, 0 to 1, of these series. */
  fill: number;
}

interface Tally extends RuleFill {
  sparse: number;
}

/** Series that are looked at per turn, so that it never holds up the receivers. */
const SERIES_PER_TURN = 2000;
/** A series fills at most so much of its slots when its datapoints come at twice the step or rarer. */
const SPARSE_PERCENT = 55;
/** Looks in a row that must agree: a series that has just begun fills a part of its window. */
const LOOKS = 2;
const LOOK_SECONDS = 600;

/**
 * Looks every ten minutes at how full the sealed windows were, by the sections of the schema file:
 * who sends every 60 s under a rule of 10 s gets dots, roll-ups that are unknown, and pays for
 * empty slots.
 */
export class RuleFills {
  readonly #table: SeriesTable;
  readonly #index: NameIndex;
  /** By series, written when a window is sealed: 1 + per cent of its slots; 0 when there is no news. */
  readonly #news: Uint8Array;
  readonly #lookSeconds: number;
  #rules: StorageRules | null = null;
  #next = 0;
  #lookAt = Number.POSITIVE_INFINITY;
  #tallies = new Map<string, Tally>();
  /** Looks in a row at which a rule had mostly sparse series. */
  #sparseLooks = new Map<string, number>();
  /** Of the last look. */
  fills: readonly RuleFill[] = [];
  /** A sentence for each rule whose datapoints come rarer than its step. */
  warnings: readonly string[] = [];

  constructor(
    table: SeriesTable,
    index: NameIndex,
    news: Uint8Array,
    lookSeconds: number = LOOK_SECONDS,
  ) {
    this.#table = table;
    this.#index = index;
    this.#news = news;
    this.#lookSeconds = lookSeconds;
  }

  /** Without a schema file there is nothing to look at. */
  setRules(rules: StorageRules, nowSeconds: number): void {
    this.#rules = rules;
    this.fills = [];
    this.warnings = [];
    this.#sparseLooks.clear();
    this.#beginAt(rules.hasFile ? nowSeconds + this.#lookSeconds : Number.POSITIVE_INFINITY);
  }

  /** Does a part of a look that is due; true when one is done. `nowSeconds` only grows. */
  turn(nowSeconds: number): boolean {
    if (nowSeconds < this.#lookAt) return false;
    const end = Math.min(this.#table.next, this.#next + SERIES_PER_TURN);
    for (; this.#next < end; this.#next++) this.#look(this.#next);
    if (this.#next < this.#table.next) return false;
    this.#conclude();
    this.#beginAt(nowSeconds + this.#lookSeconds);
    return true;
  }

  #beginAt(seconds: number): void {
    this.#lookAt = seconds;
    this.#next = 0;
    this.#tallies = new Map();
  }

  #look(series: number): void {
    const news = this.#news[series]!;
    if (news === 0) return;
    this.#news[series] = 0;
    const { plans, planOf } = this.#table;
    if (plans.mode[planOf[series]!] !== REPLACE) return;
    const rule = this.#rules?.ruleOf(this.#index.nameOf(series)) ?? null;
    if (rule === null) return;
    let tally = this.#tallies.get(rule);
    if (tally === undefined) {
      tally = { rule, series: 0, fill: 0, sparse: 0 };
      this.#tallies.set(rule, tally);
    }
    const percent = news - 1;
    tally.series++;
    tally.fill += (percent / 100 - tally.fill) / tally.series;
    if (percent <= SPARSE_PERCENT) tally.sparse++;
  }

  #conclude(): void {
    const tallies = [...this.#tallies.values()];
    this.fills = tallies.map(({ rule, series, fill }) => ({ rule, series, fill }));
    const looks = new Map<string, number>();
    const warnings: string[] = [];
    for (const { rule, series, fill, sparse } of tallies) {
      if (sparse * 2 <= series) continue;
      const count = (this.#sparseLooks.get(rule) ?? 0) + 1;
      looks.set(rule, count);
      if (count < LOOKS) continue;
      const share = Math.round(fill * 100);
      warnings.push(
        `schema [${rule}]: datapoints come rarer than its step, ${share} % of the slots of ${series} series are filled`,
      );
    }
    this.#sparseLooks = looks;
    this.warnings = warnings;
  }
}
