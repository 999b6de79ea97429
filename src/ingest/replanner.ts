import type { Retention } from "../model/retention.ts";
import type { StorageRules } from "../model/schema.ts";
import type { NameIndex } from "../storage/index/name-index.ts";
import { REPLACE } from "../storage/plan.ts";
import type { SeriesTable } from "../storage/series-table.ts";
import { isLongStep } from "../storage/slots.ts";
import { LogFullError, type StoreWriter } from "../storage/store-writer.ts";
import { planOf } from "./series-definer.ts";

/** Series looked at per turn, so that a reload never holds up the receivers. */
const SERIES_PER_TURN = 2000;
/** A change of plan begins at least this far ahead, so that no open window changes its step. */
const AHEAD_SECONDS = 720;
const WINDOW_SECONDS = 600;

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
    this.kept = 0;
  }

  /** Does a part of the work; true when it is all done just now. */
  turn(nowSeconds: number): boolean {
    const rules = this.#rules;
    if (rules === null) return false;
    const end = Math.min(this.#table.next, this.#next + SERIES_PER_TURN);
    try {
      for (; this.#next < end; this.#next++) this.#replan(this.#next, rules, nowSeconds);
    } catch (error) {
      // The series that the log had no room for is the first one of the next turn.
      if (error instanceof LogFullError) return false;
      throw error;
    }
    if (this.#next < this.#table.next) return false;
    this.#rules = null;
    return true;
  }

  #replan(series: number, rules: StorageRules, nowSeconds: number): void {
    const { plans, planOf: planNumbers } = this.#table;
    const name = this.#index.nameOf(series);
    if (name === "" || plans.mode[planNumbers[series]!] !== REPLACE) return;
    const retentions = rules.changedRetentionsOf(name);
    if (retentions === null) return;
    const number = this.#numberOf(retentions);
    if (number === null || number === planNumbers[series]) return;
    const step = plans.step[number]!;
    // The new grid begins where a new slot does, and where no window is cut in two.
    const grid = isLongStep(step) ? step : leastCommonMultiple(step, WINDOW_SECONDS);
    const last = this.#table.epochs(series).at(-1)!.from;
    const earliest = Math.max(nowSeconds + AHEAD_SECONDS, last + 1);
    if (this.#writer.changePlan(series, Math.ceil(earliest / grid) * grid, number)) this.changed++;
    else this.#keep("there is no memory for more changes");
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

function leastCommonMultiple(a: number, b: number): number {
  let x = a;
  let y = b;
  while (y !== 0) [x, y] = [y, x % y];
  return (a / x) * b;
}
