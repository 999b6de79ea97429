import type { Retention } from "../model/retention.ts";
import { tiersFromStep } from "../model/schema.ts";
import { REPLACE } from "../storage/plan.ts";
import type { SeriesTable } from "../storage/series-table.ts";
import { LogFullError, type StoreWriter } from "../storage/store-writer.ts";
import { planOf } from "./series-definer.ts";

/** Datapoints at an even gap, one after the other, that decide. */
const NEEDED_POINTS = 4;
/** How often they may begin anew before the series keeps what it has. */
const MAX_STARTS = 15;

// What is known of a series that learns: points 0-7, starts 8-127, and two flags.
const POINTS = 0x07;
const START = 0x08;
const STARTS = 0x78;
/** Gaps were not all equal to the second. */
const IS_UNEVEN = 0x80;
/** A datapoint came so near to where slots meet that an uneven gap may bring two into one. */
const IS_NEAR_EDGE = 0x100;
const IS_LEARNING = 0x200;

/** Times fit a Uint32Array. */
const MAX_TIME = 0xffff_ffff;

/**
 * Finds out at which step new series come for which no schema says so: senders at 60 s are the rule
 * with carbon, and the default step of 10 s would make dots of them. A series whose first
 * datapoints come at an even gap gets the default tiers from that step on, once and for all; any
 * other keeps the default. Nothing that is stored is touched: the step begins with an epoch, and
 * queries read what came before it as if it had been kept at that step.
 */
export class StepLearner {
  /** The plan of series that may learn; -1 before there is one. */
  plan = -1;
  readonly #writer: StoreWriter;
  readonly #table: SeriesTable;
  /** By series; memory that no series uses costs nothing. */
  readonly #state: Uint16Array;
  readonly #last: Uint32Array;
  readonly #step: Uint32Array;
  /** The least gap of those that were not even: of a sender that lost some of its datapoints. 0 for none. */
  readonly #part: Uint32Array;
  readonly #plans = new Map<number, number>();
  #news: { series: number; step: number }[] = [];
  learned = 0;

  constructor(writer: StoreWriter, table: SeriesTable) {
    this.#writer = writer;
    this.#table = table;
    this.#state = new Uint16Array(table.capacity);
    this.#last = new Uint32Array(table.capacity);
    this.#step = new Uint32Array(table.capacity);
    this.#part = new Uint32Array(table.capacity);
  }

  /** A series with the default tiers, and nothing that came of it is known. */
  begin(series: number): void {
    this.plan = this.#table.planOf[series]!;
    this.#state[series] = IS_LEARNING;
    this.#part[series] = 0;
  }

  /** A datapoint that was taken, of a series with the plan `plan`; `time` in seconds. */
  point(series: number, time: number): void {
    if (this.#state[series] !== 0) this.#learn(series, time);
  }

  /** Steps that were learned since the last call: how many series, and one of them, by step. */
  takeNews(): Map<number, { count: number; series: number }> {
    const news = new Map<number, { count: number; series: number }>();
    for (const { series, step } of this.#news) {
      const known = news.get(step);
      if (known === undefined) news.set(step, { count: 1, series });
      else known.count++;
    }
    this.#news = [];
    return news;
  }

  #learn(series: number, time: number): void {
    const state = this.#state[series]!;
    const points = state & POINTS;
    const last = this.#last[series]!;
    const gap = time - last;
    if (time > MAX_TIME || time < 0) return;
    // What is sent again says nothing.
    if (points > 0 && gap === 0) return;
    this.#last[series] = time;
    if (points === 0) {
      this.#state[series] = state + 1;
      return;
    }
    if (points === 1) this.#step[series] = stepOfGap(gap);
    const step = this.#step[series]!;
    const isNext = step > 0 && Math.floor(time / step) === Math.floor(last / step) + 1;
    if (!isNext || Math.abs(gap - step) > Math.max(1, step * 0.05)) {
      this.#notePart(series, gap);
      if (points > 1) this.#notePart(series, step);
      this.#beginAnew(series, state);
      return;
    }
    let next = state + 1;
    if (gap !== step) next |= IS_UNEVEN;
    if (isNearEdge(time, step) || isNearEdge(last, step)) next |= IS_NEAR_EDGE;
    this.#state[series] = next;
    if (points + 1 < NEEDED_POINTS) return;
    const part = this.#part[series]!;
    if (part > 0 && part < step && step % part === 0) {
      // At this step two datapoints might be one: the gap has to show itself once more.
      this.#part[series] = 0;
      this.#beginAnew(series, state);
      return;
    }
    const isRisky = (next & IS_UNEVEN) !== 0 && (next & IS_NEAR_EDGE) !== 0;
    if (isRisky || this.#decide(series, step)) this.#state[series] = 0;
    // The log is full: once more from here.
    else this.#state[series] = IS_LEARNING + (state & STARTS) + 1;
  }

  /** Keeps the least gap. */
  #notePart(series: number, gap: number): void {
    const part = this.#part[series]!;
    if (gap > 0 && (part === 0 || gap < part)) this.#part[series] = gap;
  }

  /** With this datapoint as the first; after many times the series stays as it is. */
  #beginAnew(series: number, state: number): void {
    const starts = state & STARTS;
    this.#state[series] = starts === MAX_STARTS * START ? 0 : IS_LEARNING + starts + START + 1;
  }

  /** False when it has to be tried again. */
  #decide(series: number, step: number): boolean {
    try {
      const from = this.#writer.changePlan(series, this.#planOf(step), true);
      if (from === null) return true;
      this.learned++;
      this.#news.push({ series, step });
      return true;
    } catch (error) {
      if (error instanceof LogFullError) return false;
      // There are too many plans.
      if (error instanceof RangeError) return true;
      throw error;
    }
  }

  #planOf(step: number): number {
    let plan = this.#plans.get(step);
    if (plan === undefined) {
      plan = this.#writer.planNumber(planOf(REPLACE, tiersFromStep(step) as Retention[]));
      this.#plans.set(step, plan);
    }
    return plan;
  }
}

/** The step that a gap of seconds comes from, give or take a second or two; 0 for none. */
function stepOfGap(gap: number): number {
  if (gap <= 0) return 0;
  if (tiersFromStep(gap) !== null) return gap;
  const rounding = gap < 100 ? 10 : 60;
  const step = Math.round(gap / rounding) * rounding;
  return tiersFromStep(step) === null ? 0 : step;
}

function isNearEdge(time: number, step: number): boolean {
  const phase = time % step;
  return Math.min(phase, step - phase) < step * 0.1;
}
