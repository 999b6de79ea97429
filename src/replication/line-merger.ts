import type { BatchKind } from "../protocols/istat-batches.ts";
import { lineNumber } from "../protocols/line-number.ts";
import type { NewBatch } from "./spool/spool.ts";

/** Payload of a batch, unless a single line is longer. */
const BATCH_BYTES = 1 << 16;
/** More samples than a set may have. */
const MAX_COUNT = 2 ** 31;

/** Samples of one name within one slot. */
interface Samples {
  time: number;
  sum: number;
  sumOfSquares: number;
  min: number;
  max: number;
  count: number;
}

/**
 * Makes batches of the lines of some seconds. Samples of istat with the same name and slot become one
 * line of seven fields, at the time of the first one; names stay as they were written, so that the
 * receiver expands carets and rolls up as if it had received them itself. Carbon lines replace each
 * other, so they stay as they are and in order.
 *
 * Lines are those of LineTee: an istat line is `name time value`, or has seven fields.
 */
export class LineMerger {
  readonly #step: number;
  /** By name, and then by slot. */
  #samples = new Map<string, Map<number, Samples>>();
  /** What cannot be merged: infinities, and sums beyond what a number can hold. */
  #alone: string[] = [];
  #carbon: Buffer[] = [];
  /** Bytes of the lines since the last `take`. */
  bytes = 0;
  /** Lines in all. */
  lines = 0;

  /** `step` in seconds: the receiver's slots should be no finer. */
  constructor(step: number) {
    this.#step = step;
  }

  add(kind: BatchKind, lines: Buffer): void {
    this.bytes += lines.length;
    if (kind === "carbon") {
      this.lines += lineCount(lines);
      this.#carbon.push(lines);
      return;
    }
    for (const line of lines.toString("latin1").split("\n")) if (line !== "") this.#istat(line);
  }

  /** What there is, as batches; it begins anew then. */
  take(): NewBatch[] {
    const istat = [...this.#istatLines()].map((line) => Buffer.from(line, "latin1"));
    const carbon = this.#carbon.flatMap((lines) => [...wholeLines(lines)]);
    this.#samples = new Map();
    this.#alone = [];
    this.#carbon = [];
    this.bytes = 0;
    return [...batchesOf("istat", istat), ...batchesOf("carbon", carbon)];
  }

  #istat(line: string): void {
    this.lines++;
    const fields = line.trimStart().split(" ");
    const numbers = fields.slice(1).map(numberOf);
    const [time = 0, sum = 0, sumOfSquares = sum * sum, min = sum, max = sum, count = 1] = numbers;
    const added = { time, sum, sumOfSquares, min, max, count };
    const name = fields[0]!;
    if (!Number.isFinite(sum) || !Number.isFinite(sumOfSquares)) {
      this.#alone.push(`${line}\n`);
      return;
    }
    let slots = this.#samples.get(name);
    if (slots === undefined) {
      slots = new Map();
      this.#samples.set(name, slots);
    }
    const slot = Math.floor(time / this.#step);
    const known = slots.get(slot);
    if (known === undefined) slots.set(slot, added);
    else if (!merge(known, added)) {
      this.#alone.push(lineOf(name, known));
      slots.set(slot, added);
    }
  }

  *#istatLines(): Generator<string> {
    for (const [name, slots] of this.#samples) {
      for (const samples of slots.values()) yield lineOf(name, samples);
    }
    yield* this.#alone;
  }
}

/** False when the two together would be beyond what a line can say; nothing is changed then. */
function merge(into: Samples, more: Samples): boolean {
  const sum = into.sum + more.sum;
  const sumOfSquares = into.sumOfSquares + more.sumOfSquares;
  const count = into.count + more.count;
  if (!Number.isFinite(sum) || !Number.isFinite(sumOfSquares) || count > MAX_COUNT) return false;
  into.sum = sum;
  into.sumOfSquares = sumOfSquares;
  into.count = count;
  into.min = Math.min(into.min, more.min);
  into.max = Math.max(into.max, more.max);
  return true;
}

function lineOf(name: string, { time, sum, sumOfSquares, min, max, count }: Samples): string {
  // A name that begins like a command is told from one by a blank.
  const written = /^[#@$%&;:]/.test(name) ? ` ${name}` : name;
  const numbers = [sum, sumOfSquares, min, max].map(lineNumber).join(" ");
  return `${written} ${time} ${numbers} ${count}\n`;
}

function numberOf(text: string): number {
  if (text === "inf") return Number.POSITIVE_INFINITY;
  return text === "-inf" ? Number.NEGATIVE_INFINITY : Number(text);
}

function batchesOf(kind: BatchKind, lines: readonly Buffer[]): NewBatch[] {
  const batches: NewBatch[] = [];
  let pieces: Buffer[] = [];
  let bytes = 0;
  const end = (): void => {
    if (pieces.length === 0) return;
    batches.push({ kind, lines: pieces.length, payload: Buffer.concat(pieces) });
    pieces = [];
    bytes = 0;
  };
  for (const line of lines) {
    if (bytes + line.length > BATCH_BYTES) end();
    pieces.push(line);
    bytes += line.length;
  }
  end();
  return batches;
}

function* wholeLines(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(10, at) + 1;
    yield bytes.subarray(at, end);
    at = end;
  }
}

function lineCount(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count++;
  return count;
}
