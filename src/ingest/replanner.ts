import type { Retention } from "../model/retention.ts";
import type { StorageRules } from "../model/schema.ts";
import type { NameIndex } from "../storage/index/name-index.ts";
import { REPLACE } from "../storage/plan.ts";
import type { SeriesTable } from "../storage/series-table.ts";
import { LogFullError, type StoreWriter } from "../storage/store-writer.ts";
import { planOf } from "./series-definer.ts";

/** Series looked at per turn, so that a reload never holds up the receivers. */
const SERIES_PER_TURN = 2000;

/**
 * After a change of storage-schemas.conf: gives the series whose rules have changed a new epoch,
 * bit by bit. Old datapoints keep the plan they were stored with.
 */
export class Replanner {
  readonly #writer: StoreWriter;
  readonly #table: SeriesTable;
  readonly #index: NameIndex;
  #rules: StorageRules | null = null;
  #next = 0;
  changed = 0;
  /** Series that will keep less, by the retentions before and now in seconds. */
  shortened = new Map<string, { before: number; now: number; series: number; from: number }>();
  /** Series that keep their plan although the rules have changed, and why. */
  kept = 0;
  problem = "";

  constructor(writer: StoreWriter, table: SeriesTable, index: NameIndex) {
    this.#writer = writer;
    this.#table = table;
    this.#index = index;
  }

  begin(rules: StorageRules): void {
    this.#rules = rules;
    this.#next = 0;
    this.changed = 0;
    this.shortened = new Map();
    this.kept = 0;
  }

  /** Does a part of the work; true when it is all done just now. */
  turn(): boolean {
    const rules = this.#rules;
    if (rules === null) return false;
    const end = Math.min(this.#table.next, this.#next + SERIES_PER_TURN);
    try {
      for (; this.#next < end; this.#next++) this.#replan(this.#next, rules);
    } catch (error) {
      // The series that the log had no room for is the first one of the next turn.
      if (error instanceof LogFullError) return false;
      throw error;
    }
    if (this.#next < this.#table.next) return false;
    this.#rules = null;
    return true;
  }

  #replan(series: number, rules: StorageRules): void {
    const { plans, planOf: planNumbers } = this.#table;
    const name = this.#index.nameOf(series);
    if (name === "" || plans.mode[planNumbers[series]!] !== REPLACE) return;
    // Without a file that says otherwise, what was learned holds.
    if (rules.isLearnable(name) && this.#table.isLearned(series)) return;
    const retentions = rules.changedRetentionsOf(name);
    if (retentions === null) return;
    const number = this.#numberOf(retentions);
    if (number === null || number === planNumbers[series]) return;
    const before = plans.longest[planNumbers[series]!]!;
    const from = this.#writer.changePlan(series, number, false);
    if (from === null) {
      this.#keep("there is no memory for more changes");
      return;
    }
    this.changed++;
    this.#noteShorter(before, plans.longest[number]!, from);
  }

  #noteShorter(before: number, now: number, from: number): void {
    if (now >= before) return;
    const key = `${before} ${now}`;
    const known = this.shortened.get(key);
    if (known === undefined) this.shortened.set(key, { before, now, series: 1, from });
    else {
      known.series++;
      known.from = Math.max(known.from, from);
    }
  }

  #numberOf(retentions: readonly Retention[]): number | null {
    try {
      return this.#writer.planNumber(planOf(REPLACE, retentions));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#keep(error.message);
      return null;
    }
  }

  #keep(problem: string): void {
    this.kept++;
    this.problem = problem;
  }
}
