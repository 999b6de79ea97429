import { Parser } from "pickleparser";
import type { NameTable, PointSink, Refusals } from "./doors.ts";
import { pythonFloat } from "./python-float.ts";
import { carbonTime } from "./timestamps.ts";

/** A longer frame closes its connection. */
export const MAX_FRAME_BYTES = 1 << 20;
const LENGTH_BYTES = 4;

/**
 * Decodes carbon's pickle protocol: frames of a 4-byte big-endian length and a pickle of a list of
 * (path, (timestamp, value)). pickleparser builds plain values only; nothing in a pickle is ever
 * executed. A frame that cannot be read is counted and skipped, an entry of another shape too.
 *
 * @see docs/formats/carbon-pickle.md
 */
export class PickleDecoder {
  readonly #names: NameTable;
  readonly #sink: PointSink;
  readonly #refusals: Refusals;
  readonly #now: () => number;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  points = 0;

  /** `now` gives the present in whole seconds. */
  constructor(names: NameTable, sink: PointSink, refusals: Refusals, now: () => number) {
    this.#names = names;
    this.#sink = sink;
    this.#refusals = refusals;
    this.#now = now;
  }

  /** Returns why the connection must be closed, or null. */
  push(chunk: Buffer): string | null {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes < LENGTH_BYTES) return null;
    // The pieces are joined only when a frame is whole: a frame sent byte by byte stays cheap.
    const length = this.#peekLength();
    if (length > MAX_FRAME_BYTES) return "frame-too-long";
    if (this.#bytes < LENGTH_BYTES + length) return null;
    const bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks, this.#bytes);
    let at = 0;
    let closing: string | null = null;
    while (bytes.length - at >= LENGTH_BYTES) {
      const frameBytes = bytes.readUInt32BE(at);
      if (frameBytes > MAX_FRAME_BYTES) {
        closing = "frame-too-long";
        break;
      }
      if (bytes.length - at < LENGTH_BYTES + frameBytes) break;
      at += LENGTH_BYTES;
      if (frameBytes > 0) this.#frame(bytes.subarray(at, at + frameBytes));
      at += frameBytes;
    }
    this.#chunks.length = 0;
    this.#bytes = bytes.length - at;
    if (this.#bytes > 0) this.#chunks.push(Buffer.from(bytes.subarray(at)));
    return closing;
  }

  end(): void {
    if (this.#bytes > 0) this.#refusals.refuse("frame-unfinished");
    this.#chunks.length = 0;
    this.#bytes = 0;
  }

  #peekLength(): number {
    let length = 0;
    let seen = 0;
    for (const chunk of this.#chunks) {
      for (let i = 0; i < chunk.length && seen < LENGTH_BYTES; i++, seen++) {
        length = length * 256 + chunk[i]!;
      }
      if (seen === LENGTH_BYTES) break;
    }
    return length;
  }

  #frame(frame: Buffer): void {
    let entries: unknown;
    try {
      entries = parseQuietly(frame);
    } catch (error) {
      this.#refusals.refuse("pickle-malformed", () => String(error));
      return;
    }
    if (!Array.isArray(entries)) {
      this.#refusals.refuse("pickle-not-a-list");
      return;
    }
    for (const entry of entries) this.#entry(entry);
  }

  #entry(entry: unknown): void {
    if (!Array.isArray(entry) || entry.length !== 2 || !Array.isArray(entry[1])) {
      this.#refusals.refuse("pickle-entry-malformed");
      return;
    }
    const [path, point] = entry as [unknown, unknown[]];
    if (typeof path !== "string" || point.length !== 2) {
      this.#refusals.refuse("pickle-entry-malformed");
      return;
    }
    const written = toNumber(point[0]);
    const value = toNumber(point[1]);
    if (written === undefined || value === undefined) {
      this.#refusals.refuse("pickle-entry-malformed", () => path);
      return;
    }
    if (Number.isNaN(value)) {
      this.#refusals.refuse("value-nan", () => path);
      return;
    }
    const time = carbonTime(written, this.#now());
    if (typeof time === "string") {
      this.#refusals.refuse(time, () => path);
      return;
    }
    const name = Buffer.from(path);
    this.points++;
    const isInteger = Number.isInteger(value) && Math.abs(value) < 2 ** 48 && !Object.is(value, -0);
    const number = this.#names.resolve(name, 0, name.length);
    this.#sink.point(number, time, value, isInteger ? value : 0, isInteger ? 0 : -1);
  }
}

/** Numbers, booleans and numeric texts count; anything else is no number. */
function toNumber(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "string") return pythonFloat(value.trim());
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "bigint") return Number(value);
  return undefined;
}

/**
 * pickleparser writes a console warning for every integer above 2^53; a stranger could fill the
 * log with them, so the console is silent while it works.
 */
function parseQuietly(frame: Buffer): unknown {
  const { warn } = console;
  console.warn = () => {};
  try {
    return new Parser().parse(frame);
  } finally {
    console.warn = warn;
  }
}
