import type { ImportStretch } from "../../src/storage/import/import-batch.ts";
import { IstatdBuckets } from "./format.ts";
import type { IstatdFile } from "./istatd-file.ts";

const CHUNK_BUCKETS = 1 << 12;
const buckets = new IstatdBuckets(CHUNK_BUCKETS);

/**
 * Of how many slots of the finest tier a bucket was made. istatd does not say so; but as long as the
 * finest level still has all of a bucket's time, it can be counted there.
 */
export class BaseSlots {
  readonly #file: IstatdFile;
  readonly #baseStep: number;
  #counts = new Float64Array(0);

  constructor(file: IstatdFile, baseStep: number) {
    this.#file = file;
    this.#baseStep = baseStep;
  }

  /** By slot of a stretch; 0 where it cannot be told. Valid until the next call. */
  count(
    { firstSlot, slots }: Pick<ImportStretch, "firstSlot" | "slots">,
    step: number,
  ): Float64Array {
    if (this.#counts.length < slots) this.#counts = new Float64Array(slots);
    const counts = this.#counts.subarray(0, slots).fill(0);
    const { interval } = this.#file.header;
    if (interval >= step) return counts;
    const { oldest } = this.#file;
    const newest = this.#file.reach[1];
    // Buckets whose beginning the level still has.
    const from = Math.max(firstSlot, Math.ceil(oldest / step)) * step;
    const until = Math.min((firstSlot + slots) * step, newest);
    const all = Math.max(1, Math.round(step / this.#baseStep));
    const last = Math.ceil(until / interval);
    for (let at = Math.ceil(from / interval); at < last; at += CHUNK_BUCKETS) {
      const some = Math.min(CHUNK_BUCKETS, last - at);
      if (this.#file.read(at, some, buckets) === 0) continue;
      for (let i = 0; i < some; i++) {
        if (buckets.time[i] === 0) continue;
        const slot = Math.floor(((at + i) * interval) / step) - firstSlot;
        counts[slot] = counts[slot]! + 1;
      }
    }
    for (let i = 0; i < slots; i++) {
      if (counts[i] === 0) continue;
      const known = Math.round((counts[i]! * interval) / this.#baseStep);
      counts[i] = Math.max(1, Math.min(all, known));
    }
    return counts;
  }
}
