import type { TagMemory } from "./tag-memory.ts";

/*
 * A record is a tag, or a value of a tag:
 *
 *     at  field
 *      0  text      where its text begins
 *      1  length    bytes of it
 *      2  count     of a tag its values, of a value its series
 *      3  first     of a tag its values' list head, of a value its first series
 *      4  chunk     the first chunk of further series
 *      5  tail      the last chunk (the writer's)
 *      6  tag       of a value (the writer's)
 *      7  links     to the next records in order, one for each level that the record is on
 *
 * A chunk is the address of the next one and then series, ascending. A series is its place in the
 * list of tagged series of the name index.
 */
export const TEXT = 0;
export const LENGTH = 1;
export const COUNT = 2;
export const FIRST = 3;
export const CHUNK = 4;
export const TAIL = 5;
export const TAG = 6;
export const LINKS = 7;

/** Every record is on the lowest level, and of each level an eighth on the next one. */
export const LEVELS = 6;
/** The list of tags hangs on this head; address 0 is none. */
export const TAGS_HEAD = 1;
export const FIRST_FREE = TAGS_HEAD + LEVELS;

const FIRST_CHUNK = 4;
const LARGEST_CHUNK = 1024;
/** Series in the chunks before the first one of the largest size. */
const GROWING = LARGEST_CHUNK - FIRST_CHUNK;

/** Series that a chunk has room for, of which the first is number `start` of all in chunks. */
export function chunkCapacity(start: number): number {
  return start >= GROWING ? LARGEST_CHUNK : start + FIRST_CHUNK;
}

/** Number of the first series of the chunk that number `at` is in: chunks double up to the largest. */
export function chunkStart(at: number): number {
  if (at >= GROWING) return at - ((at - GROWING) % LARGEST_CHUNK);
  return FIRST_CHUNK * 2 ** (31 - Math.clz32(at / FIRST_CHUNK + 1)) - FIRST_CHUNK;
}

/**
 * Tags, their values and their series, in the order of their texts as bytes: skip lists over shared
 * memory.
 */
export class TagLists {
  protected readonly words: Int32Array;
  protected readonly texts: Buffer;

  constructor(memory: TagMemory) {
    this.words = new Int32Array(memory.words);
    this.texts = Buffer.from(memory.texts);
  }

  /** The tag of this name, or 0. */
  tag(name: string): number {
    return this.#exact(TAGS_HEAD, Buffer.from(name));
  }

  /** The value of a tag, or 0. */
  value(tag: number, text: string): number {
    return this.#exact(this.words[tag + FIRST]!, Buffer.from(text));
  }

  /** Tags from the first one on that is not below `from`. */
  tags(from = ""): Generator<number> {
    return this.#recordsFrom(TAGS_HEAD, from);
  }

  /** Values of a tag from the first one on that is not below `from`. */
  values(tag: number, from = ""): Generator<number> {
    return this.#recordsFrom(this.words[tag + FIRST]!, from);
  }

  /** Of a tag how many values it has, of a value how many series. */
  count(record: number): number {
    return Atomics.load(this.words, record + COUNT);
  }

  text(record: number): string {
    const start = this.words[record + TEXT]! >>> 0;
    return this.texts.toString("utf8", start, start + this.words[record + LENGTH]!);
  }

  /** Whether the text of a record begins so. */
  startsWith(record: number, prefix: Uint8Array): boolean {
    if (this.words[record + LENGTH]! < prefix.length) return false;
    const start = this.words[record + TEXT]! >>> 0;
    for (let i = 0; i < prefix.length; i++) {
      if (this.texts[start + i] !== prefix[i]) return false;
    }
    return true;
  }

  /** The series of a value, ascending. */
  series(value: number): Int32Array {
    const count = this.count(value);
    const series = new Int32Array(count);
    if (count > 0) series[0] = this.words[value + FIRST]!;
    let chunk = this.words[value + CHUNK]!;
    for (let at = 0; at < count - 1; ) {
      const length = Math.min(chunkCapacity(at), count - 1 - at);
      series.set(this.words.subarray(chunk + 1, chunk + 1 + length), 1 + at);
      at += length;
      chunk = this.words[chunk]!;
    }
    return series;
  }

  /** Calls `visit` for the series of a value until it answers true; whether it did. */
  someSeries(value: number, visit: (series: number) => boolean): boolean {
    const { words } = this;
    const count = this.count(value);
    if (count === 0) return false;
    if (visit(words[value + FIRST]!)) return true;
    let chunk = words[value + CHUNK]!;
    for (let at = 0; at < count - 1; ) {
      const length = Math.min(chunkCapacity(at), count - 1 - at);
      for (let i = 1; i <= length; i++) if (visit(words[chunk + i]!)) return true;
      at += length;
      chunk = words[chunk]!;
    }
    return false;
  }

  /** Those of ascending series that a value has, or that it has not. */
  filter(series: Int32Array, value: number, has: boolean): Int32Array {
    const { words } = this;
    const kept = new Int32Array(series.length);
    let length = 0;
    const count = this.count(value);
    const first = count > 0 ? words[value + FIRST]! : -1;
    let chunk = words[value + CHUNK]!;
    let before = 0;
    let inChunk = Math.min(chunkCapacity(0), Math.max(0, count - 1));
    let at = 0;
    for (let i = 0; i < series.length; i++) {
      const wanted = series[i]!;
      let isThere = wanted === first;
      if (!isThere && count > 1) {
        while (words[chunk + inChunk]! < wanted && before + inChunk < count - 1) {
          before += inChunk;
          chunk = words[chunk]!;
          inChunk = Math.min(chunkCapacity(before), count - 1 - before);
          at = 0;
        }
        at = this.#seekInChunk(chunk + 1, at, inChunk, wanted);
        isThere = at < inChunk && words[chunk + 1 + at] === wanted;
      }
      if (isThere === has) kept[length++] = wanted;
    }
    return kept.subarray(0, length);
  }

  /** First place from `from` on, of `length`, whose series is not below `wanted`: in steps that double. */
  #seekInChunk(start: number, from: number, length: number, wanted: number): number {
    const { words } = this;
    let low = from;
    let step = 1;
    while (low + step < length && words[start + low + step]! < wanted) {
      low += step;
      step *= 2;
    }
    let high = Math.min(length, low + step + 1);
    while (low < high) {
      const middle = (low + high) >> 1;
      if (words[start + middle]! < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #exact(head: number, text: Uint8Array): number {
    const record = this.seek(head, text, 0, text.length, null);
    return record !== 0 && this.compare(record, text, 0, text.length) === 0 ? record : 0;
  }

  *#recordsFrom(head: number, from: string): Generator<number> {
    const text = Buffer.from(from);
    let record = this.seek(head, text, 0, text.length, null);
    while (record !== 0) {
      yield record;
      record = Atomics.load(this.words, record + LINKS);
    }
  }

  /**
   * The first record of a list that is not below a text, or 0. `trail` gets, by level, the place of
   * the link that leads to it or beyond.
   */
  protected seek(
    head: number,
    text: Uint8Array,
    start: number,
    end: number,
    trail: Int32Array | null,
  ): number {
    let links = head;
    let next = 0;
    for (let level = LEVELS - 1; level >= 0; level--) {
      next = Atomics.load(this.words, links + level);
      while (next !== 0 && this.compare(next, text, start, end) < 0) {
        links = next + LINKS;
        next = Atomics.load(this.words, links + level);
      }
      if (trail !== null) trail[level] = links + level;
    }
    return next;
  }

  /** Order of a record's text and that between `start` and `end`. */
  protected compare(record: number, text: Uint8Array, start: number, end: number): number {
    const { texts } = this;
    const own = this.words[record + TEXT]! >>> 0;
    const ownLength = this.words[record + LENGTH]!;
    const length = Math.min(ownLength, end - start);
    for (let i = 0; i < length; i++) {
      const difference = texts[own + i]! - text[start + i]!;
      if (difference !== 0) return difference;
    }
    return ownLength - (end - start);
  }
}
