import type { ImportBatch } from "./import-batch.ts";
import type { ImportTarget, PlacedSeries, WantedSeries } from "./import-target.ts";

/** Takes everything and keeps nothing: to see what there is. */
export class DryTarget implements ImportTarget {
  place(wanted: readonly WantedSeries[]): Promise<PlacedSeries[]> {
    const from = Number.NEGATIVE_INFINITY;
    const until = Number.POSITIVE_INFINITY;
    return Promise.resolve(
      wanted.map(({ plan }) => ({
        series: 0,
        isNew: true,
        epochs: [{ from, until, planNumber: 0, plan }],
      })),
    );
  }

  /** So that nothing is made ready to be written. */
  keepKnown(): boolean {
    return true;
  }

  keepKnownColumns(): boolean {
    return true;
  }

  commit(_batch: ImportBatch): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
