import { GAUGE, type Mode, type Plan, type Tier } from "../plan.ts";
import {
  type Consolidation,
  pickOfSingles,
  pickStatistic,
  type SlotMeaning,
} from "../roll-up/pick-statistic.ts";
import { TierBuilder } from "../roll-up/tier-builder.ts";
import { BlockColumns } from "../statfile/block.ts";
import type { StoreView } from "../store-memory.ts";
import type { FileSet } from "./file-set.ts";
import {
  commonStep,
  type Geometry,
  geometryOf,
  type ReadWindow,
  reachingTier,
  type Stretch,
  stretchesOf,
} from "./geometry.ts";
import { type Part, partsBetween } from "./parts.ts";
import { TierReader } from "./tier-reader.ts";

export interface ReadSeries {
  start: number;
  end: number;
  step: number;
  /** NaN is a gap. */
  values: Float64Array;
}

/** Buckets of a long answer that are built at a time. */
const CHUNK_SLOTS = 16_384;

/**
 * Reads series from StatFiles and the head. One per reading thread; it locks nothing: the head is
 * read while it is written, and a pinned epoch keeps the memory from being used again meanwhile.
 */
export class StoreReader {
  readonly #view: StoreView;
  readonly #files: FileSet;
  readonly #reader: number;
  readonly #tiers: TierReader;
  /** Takes in news of StatFiles; called between the look at the head and the look at the files. */
  readonly #refreshFiles: () => void;
  readonly #builder = new TierBuilder();
  #columns = new BlockColumns(1024);

  constructor(view: StoreView, files: FileSet, reader: number, refreshFiles: () => void) {
    this.#view = view;
    this.#files = files;
    this.#reader = reader;
    this.#refreshFiles = refreshFiles;
    this.#tiers = new TierReader(view, files);
  }

  /** The plan that new datapoints of a series follow. */
  planOf(series: number): Plan {
    this.#view.plans.refresh();
    return this.#view.plans.get(this.#view.series.planOf[series]!);
  }

  /** The grid a series would be answered on; null when it keeps nothing of the window, or is deleted. */
  geometry(series: number, window: ReadWindow): Geometry | null {
    this.#view.plans.refresh();
    // It was there when it was looked for.
    if (this.#view.series.isDeleted(series)) return null;
    return geometryOf(this.#view.series, series, window);
  }

  /**
   * Reads many series as if their samples were those of one: each bucket is the exact merge of
   * theirs. The grid must be one that all of them can be read on; see `commonGeometry`.
   */
  readMerged(
    series: readonly number[],
    geometry: Geometry,
    consolidation: Consolidation,
  ): ReadSeries {
    const { start, end, step } = geometry;
    const values = new Float64Array(Math.round((end - start) / step)).fill(Number.NaN);
    this.#view.epochs.pin(this.#reader);
    try {
      const parts = partsBetween(this.#view, this.#files, this.#refreshFiles, start, end);
      this.#readAcross(series, geometry, consolidation, parts, values);
    } finally {
      this.#view.epochs.unpin(this.#reader);
    }
    return { start, end, step, values };
  }

  /** Fills `columns` with the buckets of a series on any grid: the exact merge of what they span. */
  readBuckets(series: number, grid: Omit<Geometry, "stretches">, columns: BlockColumns): void {
    this.#view.plans.refresh();
    const { start, end, step } = grid;
    const slots = Math.round((end - start) / step);
    this.#view.epochs.pin(this.#reader);
    try {
      const parts = partsBetween(this.#view, this.#files, this.#refreshFiles, start, end);
      for (let from = 0; from < slots; from += CHUNK_SLOTS) {
        const count = Math.min(CHUNK_SLOTS, slots - from);
        const begin = start + from * step;
        const piece = { ...grid, start: begin, end: begin + count * step };
        this.#buildAcross([series], piece, count, parts);
        for (let i = 0; i < count; i++) this.#builder.copy(i, columns, from + i);
      }
    } finally {
      this.#builder.secondsPerSlot = 1;
      this.#view.epochs.unpin(this.#reader);
    }
  }

  /** The grid on which several series can be read together; null when they keep nothing. */
  commonGeometry(series: readonly number[], window: ReadWindow): Geometry | null {
    let step = 0;
    let start = Number.POSITIVE_INFINITY;
    let end = Number.NEGATIVE_INFINITY;
    let age = 0;
    for (const number of series) {
      const own = this.geometry(number, window);
      if (own === null) continue;
      step = commonStep(step, own.step);
      start = Math.min(start, own.start);
      end = Math.max(end, own.end);
      age = Math.max(age, own.age ?? 0);
    }
    if (step === 0) return null;
    start = Math.floor(start / step) * step;
    return { start, end: Math.ceil(end / step) * step, step, stretches: [], age };
  }

  /** Reads the series on their grids; null where `geometries` has null. */
  read(
    series: readonly number[],
    geometries: readonly (Geometry | null)[],
    consolidations: readonly Consolidation[],
  ): (ReadSeries | null)[] {
    this.#view.epochs.pin(this.#reader);
    try {
      let from = Number.POSITIVE_INFINITY;
      let until = Number.NEGATIVE_INFINITY;
      for (const geometry of geometries) {
        if (geometry === null) continue;
        from = Math.min(from, geometry.start);
        until = Math.max(until, geometry.end);
      }
      const parts = partsBetween(this.#view, this.#files, this.#refreshFiles, from, until);
      return series.map((number, i) => {
        const geometry = geometries[i] ?? null;
        return geometry === null
          ? null
          : this.#readSeries(number, geometry, consolidations[i]!, parts);
      });
    } finally {
      this.#view.epochs.unpin(this.#reader);
    }
  }

  #readSeries(
    series: number,
    geometry: Geometry,
    consolidation: Consolidation,
    parts: readonly Part[],
  ): ReadSeries {
    const { start, end, step, stretches } = geometry;
    const values = new Float64Array(Math.round((end - start) / step)).fill(Number.NaN);
    const only = stretches.length === 1 ? stretches[0]! : null;
    const tier = only === null ? -1 : this.#tierOf(only.plan, step);
    if (only !== null && tier >= 0) {
      this.#readAsKept(series, only, tier, geometry, consolidation, parts, values);
    } else {
      this.#readAcross([series], geometry, consolidation, parts, values);
    }
    return { start, end, step, values };
  }

  /** The plain tier of exactly this step, or -1. */
  #tierOf(plan: number, step: number): number {
    return this.#view.plans
      .get(plan)
      .tiers.findIndex((tier) => tier.step === step && tier.lambda === 0);
  }

  /** One plan, and the answer is on the grid of one of its tiers: the usual case. */
  #readAsKept(
    series: number,
    { plan: planNumber, answeredAs }: Stretch,
    tier: number,
    { start, step }: Geometry,
    consolidation: Consolidation,
    parts: readonly Part[],
    values: Float64Array,
  ): void {
    const plan = this.#view.plans.get(planNumber);
    const firstSlot = Math.round(start / step);
    if (tier === 0 && plan.mode !== GAUGE) {
      this.#tiers.readValues(series, planNumber, firstSlot, values, parts);
      if (consolidation.isAsked === true) pickOfSingles(values, consolidation.method);
      return;
    }
    const slots = values.length;
    if (this.#columns.length < slots) this.#columns = new BlockColumns(slots);
    const columns = this.#columns;
    this.#tiers.readColumns(series, planNumber, tier, firstSlot, slots, columns, parts);
    const baseStep = plan.tiers[0]!.step;
    const secondsPerSlot = this.#view.plans.step[answeredAs]!;
    const meaning = { mode: plan.mode, step, baseStep, secondsPerSlot };
    for (let i = 0; i < slots; i++) values[i] = pickStatistic(columns, i, consolidation, meaning);
  }

  /** A step that no tier has, several plans, or several series: buckets of what is finer. */
  #readAcross(
    series: readonly number[],
    { start, end, step, age = 0 }: Geometry,
    consolidation: Consolidation,
    parts: readonly Part[],
    values: Float64Array,
  ): void {
    const builder = this.#builder;
    const { mode, baseStep } = this.#buildAcross(
      series,
      { start, end, step, age },
      values.length,
      parts,
    );
    const columns = this.#columns;
    const meaning: SlotMeaning = { mode, step, baseStep, secondsPerSlot: 1 };
    for (let i = 0; i < values.length; i++) {
      builder.copy(i, columns, 0);
      values[i] = pickStatistic(columns, 0, consolidation, meaning);
    }
    builder.secondsPerSlot = 1;
  }

  /** Brings buckets of what is finer, over all plans, to the builder. */
  #buildAcross(
    series: readonly number[],
    { start, end, step, age = 0 }: Omit<Geometry, "stretches">,
    slots: number,
    parts: readonly Part[],
  ): { mode: Mode; baseStep: number } {
    const builder = this.#builder;
    builder.begin(start, step, slots);
    let mode: Mode = 0;
    let baseStep = step;
    for (const one of series) {
      /** Up to where what a plan keeps has been taken: a plan may come back. */
      const taken = new Map<number, number>();
      for (const stretch of stretchesOf(this.#view.series, one, start, end)) {
        const plan = this.#view.plans.get(stretch.plan);
        mode = plan.mode;
        baseStep = plan.tiers[0]!.step;
        const tier = tierWithin(plan.tiers, step, age);
        const tierStep = plan.tiers[tier]!.step;
        // A bucket over the beginning of the stretch holds nothing of the plan before it, and one
        // over the end nothing of the plan after it.
        const begin = Math.floor(Math.max(start, stretch.from) / tierStep) * tierStep;
        const from = Math.max(begin, taken.get(stretch.plan) ?? begin);
        const until = Math.min(end, Math.ceil(stretch.until / tierStep) * tierStep);
        taken.set(stretch.plan, until);
        // Known time counts in seconds: plans have slots of different length.
        builder.secondsPerSlot = this.#view.plans.step[stretch.answeredAs]!;
        this.#tiers.build(one, stretch.plan, tier, from, until, builder, parts);
      }
    }
    return { mode, baseStep };
  }
}

/** The coarsest tier whose buckets fit into those of the answer; one that reaches back at any rate. */
export function tierWithin(tiers: readonly Tier[], step: number, age: number): number {
  // A stretch that only the last bucket reaches has not been asked for its step: none of its buckets
  // may be longer than the answer's.
  const reaching = reachingTier(tiers, age);
  let found = tiers[reaching]!.step > step ? 0 : reaching;
  tiers.forEach((tier, i) => {
    if (tier.lambda === 0 && step % tier.step === 0 && i > found) found = i;
  });
  return found;
}
