import { BUCKET, BUCKET_BYTES, COLLATED, HEADER, type IstatdHeader, TRAILING } from "./format.ts";

/** A set of samples for a StatFile. */
export interface IstatdSamples {
  /** Seconds. */
  time: number;
  sum: number;
  sumSq: number;
  min: number;
  max: number;
  count: number;
}

/** What becomes of a bucket that is there already: as `istatd_import` does without and with `--fill-empty`. */
export type UpdateMode = "overwrite" | "fill-empty";

/**
 * Puts samples into a StatFile of istatd, in memory: `bytes` is the whole file, and `header` what it
 * says now. What is written is what istatd's own tool writes, byte for byte.
 */
export class StatFileUpdate {
  readonly #view: DataView;
  readonly #header: IstatdHeader;
  readonly #ring: number;

  /** @throws RangeError for a trailing level, which holds no samples */
  constructor(bytes: Uint8Array, header: IstatdHeader) {
    if ((header.flags & TRAILING) !== 0) throw new RangeError("it is a trailing level");
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#header = { ...header };
    this.#ring = (header.pages * header.pageBytes) / BUCKET_BYTES;
  }

  /** False for samples that are older than the file reaches. */
  put(samples: IstatdSamples, mode: UpdateMode): boolean {
    const header = this.#header;
    const { time } = samples;
    const index = Math.trunc((time - header.created) / header.interval);
    const start = time - (time % header.interval);
    if (index > header.lastIndex) {
      header.lastIndex = index;
      header.lastTime = start;
      if (header.firstIndex + this.#ring <= index) header.firstIndex = index - this.#ring + 1;
    }
    if (index <= header.lastIndex - this.#ring) return false;
    if (index < header.firstIndex) header.firstIndex = index;
    const place = index - Math.floor(index / this.#ring) * this.#ring;
    const at = header.pageBytes + place * BUCKET_BYTES;
    const known = this.#read(at);
    const isKnown = known.time === start && known.count !== 0;
    if (mode === "overwrite" || !isKnown || (header.flags & COLLATED) !== 0)
      this.#write(at, samples);
    else this.#write(at, merged(known, samples, start, header.fixedCount));
    header.totalSum += finite(samples.sum);
    header.totalSumSq += finite(samples.sumSq);
    header.totalCount += samples.count;
    this.#writeHeader();
    return true;
  }

  #read(at: number): IstatdSamples {
    const view = this.#view;
    return {
      time: Number(view.getBigInt64(at + BUCKET.time, true)),
      sum: view.getFloat64(at + BUCKET.sum, true),
      min: view.getFloat32(at + BUCKET.min, true),
      max: view.getFloat32(at + BUCKET.max, true),
      count: view.getInt32(at + BUCKET.count, true),
      sumSq: view.getFloat32(at + BUCKET.sumSq, true),
    };
  }

  #write(at: number, { time, sum, sumSq, min, max, count }: IstatdSamples): void {
    const view = this.#view;
    view.setBigInt64(at + BUCKET.time, BigInt(time), true);
    view.setFloat64(at + BUCKET.sum, sum, true);
    view.setFloat32(at + BUCKET.min, min, true);
    view.setFloat32(at + BUCKET.max, max, true);
    view.setInt32(at + BUCKET.count, count, true);
    view.setFloat32(at + BUCKET.sumSq, sumSq, true);
  }

  #writeHeader(): void {
    const view = this.#view;
    const header = this.#header;
    for (const name of ["firstIndex", "lastIndex", "lastTime", "totalCount"] as const) {
      view.setBigInt64(HEADER[name], BigInt(header[name]), true);
    }
    view.setFloat64(HEADER.totalSum, header.totalSum, true);
    view.setFloat64(HEADER.totalSumSq, header.totalSumSq, true);
  }
}

function merged(
  known: IstatdSamples,
  added: IstatdSamples,
  time: number,
  fixedCount: number,
): IstatdSamples {
  return {
    time,
    sum: known.sum + added.sum,
    sumSq: known.sumSq + added.sumSq,
    min: Math.min(known.min, added.min),
    max: Math.max(known.max, added.max),
    count: fixedCount > 0 ? fixedCount : known.count + added.count,
  };
}

/** As istatd's running totals take a number: a float, and none that is infinite. */
function finite(value: number): number {
  const float = Math.fround(value);
  if (float === Number.POSITIVE_INFINITY) return (2 - 2 ** -23) * 2 ** 127;
  return float === Number.NEGATIVE_INFINITY ? 2 ** -126 : float;
}
