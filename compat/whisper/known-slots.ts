import type { Source } from "../import/sources.ts";
import { reachOf } from "./reach.ts";
import type { WhisperFile } from "./whisper-file.ts";

/** Points that are read at a time. */
const CHUNK_POINTS = 1 << 14;
const points = new Float64Array(CHUNK_POINTS);

/**
 * Of how many slots of the finest tier a bucket was made. A file does not say so; but as long as the
 * finest archive that has all of a bucket's time still knows some points in it, those are they. Else
 * the bucket counts as one of which nothing is missing.
 */
export class KnownSlots {
  readonly #file: WhisperFile;
  readonly #baseStep: number;
  readonly #now: number;

  constructor(file: WhisperFile, baseStep: number, now: number) {
    this.#file = file;
    this.#baseStep = baseStep;
    this.#now = now;
  }

  /** Fills `counts` where `values` is known; both begin at slot `firstSlot` of `step` seconds. */
  count(
    sources: readonly Source[],
    step: number,
    values: Float64Array,
    firstSlot: number,
    counts: Float64Array,
  ): void {
    counts.fill(0);
    const { archives } = this.#file.header;
    // What the bucket itself was read from can tell only if it was made of it here.
    const coarsest = Math.max(
      ...sources.map(({ level, kind }) => (kind === "joined" ? level : level - 1)),
    );
    let end = firstSlot + values.length;
    for (let archive = 0; archive <= coarsest; archive++) {
      const { step: own } = archives[archive]!;
      if (own >= step) break;
      const [from] = reachOf(archives[archive]!, this.#now);
      const begin = Math.max(firstSlot, Math.ceil(from / step));
      this.#countPoints(archive, step, begin, end, firstSlot, counts);
      end = Math.min(end, Math.max(begin, firstSlot));
    }
    const all = Math.max(1, Math.floor(step / this.#baseStep));
    for (let i = 0; i < values.length; i++) {
      if (Number.isNaN(values[i]!)) continue;
      counts[i] = counts[i] === 0 ? all : Math.min(all, counts[i]!);
    }
  }

  /** Counts the points of an archive in slots [begin, end), in slots of the finest tier. */
  #countPoints(
    archive: number,
    step: number,
    begin: number,
    end: number,
    firstSlot: number,
    counts: Float64Array,
  ): void {
    const { step: own } = this.#file.header.archives[archive]!;
    const each = Math.max(1, Math.round(own / this.#baseStep));
    const last = Math.ceil((end * step) / own);
    for (let point = Math.ceil((begin * step) / own); point < last; point += CHUNK_POINTS) {
      const chunk = points.subarray(0, Math.min(CHUNK_POINTS, last - point));
      if (this.#file.read(archive, point, chunk) === 0) continue;
      for (let i = 0; i < chunk.length; i++) {
        if (Number.isNaN(chunk[i]!)) continue;
        const at = Math.floor(((point + i) * own) / step) - firstSlot;
        counts[at] = counts[at]! + each;
      }
    }
  }
}
