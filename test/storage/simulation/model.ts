import { EVENT, GAUGE, type Plan, REPLACE } from "../../../src/storage/plan.ts";

/** A point that the store has taken, and its position in the log. */
export interface SentPoint {
  time: number;
  value: number;
  lsn: number;
}

/** From `from` (seconds) on the series has this plan. */
export interface ModelEpoch {
  from: number;
  plan: Plan;
  lsn: number;
}

/** The samples of one slot, in the order in which they came. */
export interface ModelSlot {
  /** Seconds. */
  start: number;
  samples: number[];
}

export interface ModelSeries {
  path: string;
  /** Of the store. */
  number: number;
  epochs: ModelEpoch[];
  points: SentPoint[];
}

/** A series that was deleted, and the position of the log that says so. */
export interface DeletedSeries {
  series: ModelSeries;
  lsn: number;
}

/**
 * What a store should hold: everything that was sent to it, in a list. It knows nothing of windows,
 * files or merges.
 */
export class Model {
  readonly series = new Map<string, ModelSeries>();
  /** In the order of the log. */
  deleted: DeletedSeries[] = [];

  define(path: string, number: number, plan: Plan, lsn: number): void {
    const epochs = [{ from: Number.NEGATIVE_INFINITY, plan, lsn }];
    this.series.set(path, { path, number, epochs, points: [] });
  }

  delete(paths: readonly string[], lsn: number): void {
    for (const path of paths) {
      this.deleted.push({ series: this.series.get(path)!, lsn });
      this.series.delete(path);
    }
  }

  change(path: string, from: number, plan: Plan, lsn: number): void {
    this.series.get(path)!.epochs.push({ from, plan, lsn });
  }

  send(path: string, point: SentPoint): void {
    this.series.get(path)!.points.push(point);
  }

  /**
   * The log ends at `lsn`: what comes after it was never promised, and its points are lost. The
   * catalogue may still know a definition or a delete that the log has lost; `isKnown` and
   * `isDeleted` say so.
   */
  forgetFrom(
    lsn: number,
    isKnown: (series: ModelSeries, epoch: ModelEpoch) => boolean,
    isDeleted: (number: number) => boolean,
  ): void {
    // A delete is one record: all of its series are back, or none. The newest is undone first.
    const undone = this.deleted.filter(
      (one) =>
        one.lsn >= lsn &&
        this.deleted.every((other) => other.lsn !== one.lsn || !isDeleted(other.series.number)),
    );
    for (const { series } of undone.reverse()) this.series.set(series.path, series);
    this.deleted = this.deleted.filter((one) => !undone.includes(one));
    for (const series of [...this.series.values()]) {
      series.epochs = series.epochs.filter((epoch) => epoch.lsn < lsn || isKnown(series, epoch));
      series.points = series.points.filter((point) => point.lsn < lsn);
      if (series.epochs[0]?.from !== Number.NEGATIVE_INFINITY) this.series.delete(series.path);
      // What has come back is safe; positions that the log has lost are given again.
      for (const one of [...series.epochs, ...series.points]) one.lsn = 0;
    }
    for (const one of this.deleted) one.lsn = 0;
  }
}

/** Number of the epoch that a time belongs to. */
export function epochAt({ epochs }: ModelSeries, time: number): number {
  return epochs.findLastIndex((epoch) => epoch.from <= time);
}

/** Plans that a series has or had, each once: one may come back. */
export function plansOf({ epochs }: ModelSeries): Plan[] {
  return epochs
    .map(({ plan }) => plan)
    .filter((plan, i, all) => all.findIndex((other) => isSame(plan, other)) === i);
}

function isSame(a: Plan, b: Plan): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The known slots under one plan, the oldest first. */
export function slotsOf(series: ModelSeries, plan: Plan): ModelSlot[] {
  const { step } = plan.tiers[0]!;
  const isOfPlan = series.epochs.map((epoch) => isSame(epoch.plan, plan));
  const slots = new Map<number, ModelSlot>();
  for (const { time, value } of series.points) {
    if (isOfPlan[epochAt(series, time)] !== true) continue;
    const start = Math.floor(time / step) * step;
    const known = slots.get(start);
    if (known === undefined) slots.set(start, { start, samples: [value] });
    else known.samples.push(value);
  }
  return [...slots.values()].sort((a, b) => a.start - b.start);
}

/** All slots of a list by the bucket that their start lies in. */
export function bucketsOf(slots: readonly ModelSlot[], step: number): Map<number, ModelSlot[]> {
  const buckets = new Map<number, ModelSlot[]>();
  for (const slot of slots) {
    const start = Math.floor(slot.start / step) * step;
    const known = buckets.get(start);
    if (known === undefined) buckets.set(start, [slot]);
    else known.push(slot);
  }
  return buckets;
}

export type Statistic = "average" | "sum" | "min" | "max" | "last";

/** A statistic of the slots of one bucket, the oldest first. */
export function statisticOf(slots: readonly ModelSlot[], plan: Plan, statistic: Statistic): number {
  const values = slots.flatMap(({ samples }) => valuesOf(samples, plan));
  const sum = values.reduce((a, b) => a + b, 0);
  if (statistic === "sum") return sum;
  if (statistic === "min") return Math.min(...values);
  if (statistic === "max") return Math.max(...values);
  if (statistic === "last") return values.at(-1)!;
  return sum / values.length;
}

/** What a slot keeps of its samples: the last one, all of them, or their rate. */
function valuesOf(samples: readonly number[], { mode, tiers }: Plan): readonly number[] {
  if (mode === REPLACE) return [samples.at(-1)!];
  if (mode === GAUGE) return samples;
  if (mode === EVENT) return [samples.reduce((a, b) => a + b, 0) / tiers[0]!.step];
  throw new Error(`mode ${mode} has no meaning here`);
}
