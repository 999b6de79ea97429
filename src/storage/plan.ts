import { MAX_LEVELS } from "../model/retention.ts";

/**
 * A *plan* is everything about a series that decides where its datapoints go: its mode and its
 * tiers. Plans are numbered from 0 in the order in which they were first needed and never change;
 * series share them. The table lives in shared memory, so that every thread reads the same numbers.
 */

/** A datapoint replaces its slot (carbon), samples merge (istat gauge), or rates add up (istat event). */
export const REPLACE = 0;
export const GAUGE = 1;
export const EVENT = 2;
export type Mode = typeof REPLACE | typeof GAUGE | typeof EVENT;

/** One resolution of a plan; tiers are numbered by their place in the plan, never by their step. */
export interface Tier {
  /** Seconds per bucket. */
  step: number;
  /** Seconds for which buckets are kept. */
  retention: number;
  /** Weight of the past in a trailing (seasonal) tier; 0 for a plain one. */
  lambda: number;
}

export interface Plan {
  mode: Mode;
  /** Plain tiers, finest first, then trailing ones. */
  tiers: readonly Tier[];
}

export const MAX_PLANS = 4096;
export const MAX_TIERS = MAX_LEVELS;
const PLAN_WORDS = 2 + MAX_TIERS * 3;

/** Text that is equal for equal plans. */
export function planKey(plan: Plan): string {
  return `${plan.mode}:${plan.tiers.map((t) => `${t.step}/${t.retention}/${t.lambda}`).join(",")}`;
}

export class PlanTable {
  /** Finest step, mode and longest plain retention by plan number: what hot loops read. */
  readonly step: Float64Array;
  readonly mode: Uint8Array;
  readonly longest: Float64Array;
  readonly #words: Float64Array;
  readonly #count: Int32Array;
  readonly #numbers = new Map<string, number>();
  readonly #plans: Plan[] = [];

  static reserve(): SharedArrayBuffer {
    return new SharedArrayBuffer(8 + MAX_PLANS * PLAN_WORDS * 8);
  }

  constructor(memory: SharedArrayBuffer) {
    this.#count = new Int32Array(memory, 0, 2);
    this.#words = new Float64Array(memory, 8, MAX_PLANS * PLAN_WORDS);
    this.step = new Float64Array(MAX_PLANS);
    this.mode = new Uint8Array(MAX_PLANS);
    this.longest = new Float64Array(MAX_PLANS);
    this.refresh();
  }

  get count(): number {
    return Atomics.load(this.#count, 0);
  }

  /** Takes in the plans that the writing thread has added since. */
  refresh(): void {
    for (let number = this.#plans.length; number < this.count; number++) {
      const at = number * PLAN_WORDS;
      const tiers: Tier[] = [];
      for (let i = 0; i < this.#words[at + 1]!; i++) {
        const tier = at + 2 + i * 3;
        tiers.push({
          step: this.#words[tier]!,
          retention: this.#words[tier + 1]!,
          lambda: this.#words[tier + 2]!,
        });
      }
      this.#remember(number, { mode: this.#words[at] as Mode, tiers });
    }
  }

  get(number: number): Plan {
    if (number >= this.#plans.length) this.refresh();
    const plan = this.#plans[number];
    if (plan === undefined) throw new RangeError(`plan ${number} is not defined`);
    return plan;
  }

  /** Number of an equal plan, or -1. */
  numberOf(plan: Plan): number {
    return this.#numbers.get(planKey(plan)) ?? -1;
  }

  /** Adds a plan; only the writing thread does so. @throws RangeError when the table is full */
  add(plan: Plan): number {
    const number = this.#plans.length;
    this.put(number, plan);
    return number;
  }

  /** Gives the next number, or one that is known, to a plan. @throws RangeError like `add` */
  put(number: number, plan: Plan): void {
    if (number >= MAX_PLANS) throw new RangeError(`more than ${MAX_PLANS} different retentions`);
    if (plan.tiers.length === 0 || plan.tiers.length > MAX_TIERS) {
      throw new RangeError(`a plan has 1 to ${MAX_TIERS} tiers`);
    }
    const at = number * PLAN_WORDS;
    this.#words[at] = plan.mode;
    this.#words[at + 1] = plan.tiers.length;
    plan.tiers.forEach((tier, i) => {
      this.#words.set([tier.step, tier.retention, tier.lambda], at + 2 + i * 3);
    });
    this.#remember(number, plan);
    if (number >= this.count) Atomics.store(this.#count, 0, number + 1);
  }

  #remember(number: number, plan: Plan): void {
    this.#plans[number] = plan;
    this.#numbers.set(planKey(plan), number);
    this.step[number] = plan.tiers[0]!.step;
    this.mode[number] = plan.mode;
    this.longest[number] = Math.max(
      ...plan.tiers.filter((tier) => tier.lambda === 0).map((tier) => tier.retention),
    );
  }
}
