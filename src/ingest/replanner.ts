import type { StorageRules } from "../model/schema.ts";
import type { NameIndex } from "../storage/index/name-index.ts";
import { REPLACE } from "../storage/plan.ts";
import type { SeriesTable } from "../storage/series-table.ts";
import { isLongStep } from "../storage/slots.ts";
import type { StoreWriter } from "../storage/store-writer.ts";
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

  constructor(writer: StoreWriter, table: SeriesTable, index: NameIndex) {
    this.#writer = writer;
    this.#table = table;
    this.#index = index;
  }

  begin(rules: StorageRules): void {
    this.#rules = rules;
    this.#next = 0;
    this.changed = 0;
  }

  /** Does a part of the work; true when it is all done just now. */
  turn(nowSeconds: number): boolean {
    const rules = this.#rules;
    if (rules === null) return false;
    const end = Math.min(this.#table.next, this.#next + SERIES_PER_TURN);
    for (; this.#next < end; this.#next++) {
      const name = this.#index.nameOf(this.#next);
      if (name === "" || this.#table.plans.mode[this.#table.planOf[this.#next]!] !== REPLACE)
        continue;
      this.#replan(this.#next, name, rules, nowSeconds);
    }
    if (this.#next < this.#table.next) return false;
    this.#rules = null;
    return true;
  }

  #replan(series: number, name: string, rules: StorageRules, nowSeconds: number): void {
    const number = this.#writer.planNumber(planOf(REPLACE, rules.retentionsOf(name)));
    if (number === this.#table.planOf[series]) return;
    const step = this.#table.plans.step[number]!;
    // The new grid begins where a new slot does, and where no window is cut in two.
    const grid = isLongStep(step) ? step : leastCommonMultiple(step, WINDOW_SECONDS);
    const last = this.#table.epochs(series).at(-1)!.from;
    const earliest = Math.max(nowSeconds + AHEAD_SECONDS, last + 1);
    if (this.#writer.changePlan(series, Math.ceil(earliest / grid) * grid, number)) this.changed++;
  }
}

function leastCommonMultiple(a: number, b: number): number {
  let x = a;
  let y = b;
  while (y !== 0) [x, y] = [y, x % y];
  return (a / x) * b;
}
