import type { Plan } from "../plan.ts";
import type { BlockColumns } from "../statfile/block.ts";
import type { OnlyStatistic } from "../statistic.ts";
import type { ImportBatch, ImportStretch } from "./import-batch.ts";

/** A stretch of time in which a series has a plan, seconds: [from, until). */
export interface PlacedEpoch {
  from: number;
  until: number;
  planNumber: number;
  plan: Plan;
}

/** A series of the store, and how it keeps its data. */
export interface PlacedSeries {
  series: number;
  isNew: boolean;
  epochs: readonly PlacedEpoch[];
}

/** A series that an import has data for; `plan` is the one that it gets if there is none of its name. */
export interface WantedSeries {
  name: string;
  plan: Plan;
}

/** Where an import goes: a store that nobody else has open, or one that a server runs on. */
export interface ImportTarget {
  /**
   * The series of names, made where there are none; in the order of `wanted`. A text says why there
   * can be none.
   */
  place(wanted: readonly WantedSeries[]): Promise<(PlacedSeries | string)[]>;
  /**
   * Puts what an import has brought before in the place of what says less: a value or bucket that
   * only stands in for finer ones (`standsIn` is 1), and a bucket that knows fewer slots. Returns
   * whether nothing is left that was not brought just so before: every value that is known, and of a
   * coarser tier the statistic and the slots that it was made of.
   */
  keepKnown(
    series: number,
    stretch: ImportStretch,
    statistic: OnlyStatistic,
    values: Float64Array,
    knownSlots: Float64Array,
    standsIn: Uint8Array,
  ): boolean;
  /**
   * The same for buckets of which all is known but the last sample. Where it was guessed of how many
   * slots one is made (`guessed` is 1), a bucket of the same samples that was brought before stays.
   */
  keepKnownColumns(
    series: number,
    stretch: ImportStretch,
    columns: BlockColumns,
    guessed: Uint8Array,
  ): boolean;
  /** Makes what waits in a batch durable, and part of the store. */
  commit(batch: ImportBatch): Promise<void>;
  close(): Promise<void>;
}
