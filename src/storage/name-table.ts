import { randomBytes } from "node:crypto";
import { GrowingWords } from "./growing-words.ts";

/**
 * The names that clients write, byte for byte, and what each stands for: one series, several (an
 * istat caret name) or none (a refused name). The receivers' hot path lives here; it fits the door
 * `NameTable` of src/protocols. One thread owns it; nothing of it is shared.
 *
 * A name's number is the place of its record in an arena, in words of four bytes:
 *
 *     word  field
 *      0    next name of the same bucket, 0 for none
 *      1    name that followed this one last time, 0 for none
 *      2    series; negative for anything else than one: -1 - index into the targets
 *      3    length in bytes | 16 bits of the hash above it
 *      4    the bytes
 *
 * So looking a name up costs a look at its bucket and one at its record. The buckets are a linear
 * hash: with every name that comes one bucket is split, so there is never a pause to build all anew.
 * The hash is seeded, so that nobody can choose names that collide.
 */
const NEXT = 0;
const SUCCESSOR = 1;
const SERIES = 2;
const LENGTH = 3;
const BYTES = 4;
const LENGTH_MASK = 0xffff;
/** The first record: 0 is no name. */
const FIRST = 4;
const FIRST_BUCKETS = 1 << 10;

/** What a name stands for that is not just one series. */
export interface Targets {
  series: readonly number[];
  /** Why some or all of it is refused; null when nothing is. */
  refusal: string | null;
  /** The refusal is one of the moment: the next time the name is asked for anew. */
  isPassing: boolean;
}

/** What a new name stands for: a series, or more, or less. */
export type Define = (raw: Buffer) => number | Targets;

export class NameTable {
  readonly #define: Define;
  readonly #maxBytes: number;
  readonly #seed = randomBytes(4).readInt32LE();
  #arena: GrowingWords;
  #buckets: GrowingWords;
  /** Buckets in use, and the largest power of two not above. */
  #bucketCount = FIRST_BUCKETS;
  #round = FIRST_BUCKETS;
  /** Words in use. */
  #used = FIRST;
  #count = 0;
  /** The first place is that of the last passing refusal, which is good for one use. */
  #targets: Targets[] = [{ series: [], refusal: null, isPassing: true }];
  /** Place of the targets that only refuse, by reason. */
  readonly #refusals = new Map<string, number>();
  #isFull = false;
  /** Changes when numbers of names get another meaning. */
  generation = 0;
  /** Names that found no room. */
  overflows = 0;

  /** `maxBytes` bounds the memory for names. */
  constructor(define: Define, maxBytes = 2 ** 31 - 2 ** 16) {
    this.#define = define;
    this.#maxBytes = maxBytes;
    this.#arena = new GrowingWords(maxBytes);
    this.#buckets = newBuckets(maxBytes);
  }

  get count(): number {
    return this.#count;
  }

  /** Bytes in use. */
  get memoryBytes(): number {
    return (this.#used + this.#bucketCount) * 4;
  }

  /** The name's series; negative when `targetsOf` has to be asked. */
  seriesOf(name: number): number {
    return this.#arena.ints[name + SERIES]!;
  }

  /** What a name stands for whose `seriesOf` is negative. */
  targetsOf(name: number): Targets {
    return this.#targets[-1 - this.seriesOf(name)]!;
  }

  /** The name as it was written, for people. */
  textOf(name: number): string {
    return this.rawOf(name).toString();
  }

  /** The name as it was written. */
  rawOf(name: number): Buffer {
    const at = (name + BYTES) * 4;
    return Buffer.from(this.#arena.bytes.slice(at, at + this.lengthOf(name)));
  }

  /** Whether a name keeps its number; one that is not kept gives it to the next new name. */
  isKept(name: number): boolean {
    return name < this.#used;
  }

  lengthOf(name: number): number {
    return this.#arena.ints[name + LENGTH]! & LENGTH_MASK;
  }

  successorAt(
    previous: number,
    bytes: Uint8Array,
    view: DataView,
    at: number,
    end: number,
  ): number {
    const { ints } = this.#arena;
    const name = ints[previous + SUCCESSOR]!;
    if (name === 0) return -1;
    const length = ints[name + LENGTH]! & LENGTH_MASK;
    if (at + length >= end || bytes[at + length] !== 32) return -1;
    return this.#equals(name, length, bytes, view, at) ? name : -1;
  }

  successorIs(
    previous: number,
    bytes: Uint8Array,
    view: DataView,
    start: number,
    end: number,
  ): number {
    const { ints } = this.#arena;
    const name = ints[previous + SUCCESSOR]!;
    if (name === 0) return -1;
    const length = ints[name + LENGTH]! & LENGTH_MASK;
    return length === end - start && this.#equals(name, length, bytes, view, start) ? name : -1;
  }

  /** From the tail, where names differ, four bytes at a time. */
  #equals(name: number, length: number, bytes: Uint8Array, view: DataView, at: number): boolean {
    const arena = this.#arena.view;
    const offset = (name + BYTES) * 4;
    let i = length - 4;
    while (i >= 0 && view.getInt32(at + i, true) === arena.getInt32(offset + i, true)) i -= 4;
    if (i >= 0) return false;
    if (i === -4) return true;
    if (length >= 4) return view.getInt32(at, true) === arena.getInt32(offset, true);
    const known = this.#arena.bytes;
    for (let j = 0; j < length; j++) if (bytes[at + j] !== known[offset + j]) return false;
    return true;
  }

  /** A name that is not kept is nobody's successor. */
  learn(previous: number, name: number): void {
    if (previous >= 0 && name < this.#used) this.#arena.ints[previous + SUCCESSOR] = name;
  }

  resolve(bytes: Uint8Array, start: number, end: number): number {
    const hash = this.#hash(bytes, start, end);
    const length = end - start;
    const header = headerOf(hash, length);
    const { ints } = this.#arena;
    const known = this.#arena.bytes;
    let name = this.#buckets.ints[this.#bucketOf(hash)]!;
    for (; name !== 0; name = ints[name + NEXT]!) {
      if (ints[name + LENGTH] !== header) continue;
      const offset = (name + BYTES) * 4;
      let i = 0;
      while (i < length && bytes[start + i] === known[offset + i]) i++;
      if (i === length) return name;
    }
    return this.#add(bytes, start, end, hash);
  }

  /**
   * Forgets what all names stand for, so that they are asked for again: rules have changed. Not to
   * be called while a receiver decodes.
   */
  clear(): void {
    this.#keep(() => false);
  }

  /**
   * Forgets the names of series that are not active and of refusals, when that gives back a good
   * part of the memory: they come back the slow way. Not to be called while a receiver decodes.
   */
  sweep(isActive: (series: number) => boolean): void {
    const { ints } = this.#arena;
    const isKept = (name: number): boolean => {
      const series = ints[name + SERIES]!;
      return series >= 0 ? isActive(series) : this.targetsOf(name).series.some(isActive);
    };
    let kept = 0;
    for (let name = FIRST; name < this.#used; name += wordsOf(ints[name + LENGTH]!)) {
      if (isKept(name)) kept += wordsOf(ints[name + LENGTH]!);
    }
    if (this.#isFull || kept < (this.#used - FIRST) * WORTHWHILE) this.#keep(isKept);
  }

  /**
   * Forgets the names that stand for a series for which `isGone` holds, so that they are asked for
   * again. Not to be called while a receiver decodes.
   */
  forget(isGone: (series: number) => boolean): void {
    const { ints } = this.#arena;
    const isLost = (name: number): boolean => {
      const series = ints[name + SERIES]!;
      return series >= 0 ? isGone(series) : this.targetsOf(name).series.some(isGone);
    };
    for (let name = FIRST; name < this.#used; name += wordsOf(ints[name + LENGTH]!)) {
      if (!isLost(name)) continue;
      this.#keep((other) => !isLost(other));
      return;
    }
  }

  /** Copies the names that are kept into new memory. */
  #keep(isKept: (name: number) => boolean): void {
    const old = this.#arena.ints;
    const end = this.#used;
    const targets = this.#targets;
    const arena = new GrowingWords(this.#maxBytes);
    let used = FIRST;
    for (let name = FIRST; name < end; name += wordsOf(old[name + LENGTH]!)) {
      const words = wordsOf(old[name + LENGTH]!);
      // From now on the link of an old record says where the new one is.
      const moved = isKept(name) && arena.reserve((used + words) * 4) ? used : 0;
      old[name + NEXT] = moved;
      if (moved === 0) continue;
      arena.ints.set(old.subarray(name, name + words), used);
      used += words;
    }
    this.#arena = arena;
    this.#buckets = newBuckets(this.#maxBytes);
    this.#bucketCount = FIRST_BUCKETS;
    this.#round = FIRST_BUCKETS;
    this.#targets = [targets[0]!];
    this.#refusals.clear();
    this.#count = 0;
    this.#isFull = false;
    this.generation++;
    const { ints } = arena;
    for (let name = FIRST; name < used; name += wordsOf(ints[name + LENGTH]!)) {
      const successor = ints[name + SUCCESSOR]!;
      if (successor !== 0) ints[name + SUCCESSOR] = old[successor + NEXT]!;
      const series = ints[name + SERIES]!;
      if (series < 0) ints[name + SERIES] = this.#seriesField(targets[-1 - series]!);
      this.#count++;
      this.#insert(this.#hashOf(name), name);
    }
    this.#used = used;
  }

  #add(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const length = end - start;
    const meaning = this.#define(Buffer.from(bytes.subarray(start, end)));
    const name = this.#used;
    const words = wordsOf(length);
    // Behind a full arena there is room for one more record, which the next one takes over.
    const hasRoom = (name + words) * 4 <= this.#maxBytes - SPARE_BYTES;
    const isLong = length > LENGTH_MASK;
    const kept = Math.min(length, LENGTH_MASK);
    this.#arena.reserve((name + wordsOf(kept)) * 4);
    const { ints } = this.#arena;
    ints[name + NEXT] = 0;
    ints[name + SUCCESSOR] = 0;
    ints[name + LENGTH] = headerOf(hash, kept);
    this.#arena.bytes.set(bytes.subarray(start, start + kept), (name + BYTES) * 4);
    if (!hasRoom) {
      this.overflows++;
      this.#isFull = true;
    }
    if (!hasRoom || isLong || (typeof meaning !== "number" && meaning.isPassing)) {
      // The next new name takes the place.
      ints[name + SERIES] = typeof meaning === "number" ? meaning : this.#passing(meaning);
      return name;
    }
    ints[name + SERIES] = this.#seriesField(meaning);
    this.#used += words;
    this.#count++;
    this.#insert(hash, name);
    return name;
  }

  #passing(meaning: Targets): number {
    this.#targets[0] = meaning;
    return -1;
  }

  #seriesField(meaning: number | Targets): number {
    if (typeof meaning === "number") return meaning;
    const { series, refusal } = meaning;
    // Refused names may be many, reasons are few.
    if (series.length > 0 || refusal === null) return -this.#targets.push(meaning);
    const known = this.#refusals.get(refusal) ?? this.#targets.push(meaning);
    this.#refusals.set(refusal, known);
    return -known;
  }

  #bucketOf(hash: number): number {
    const bucket = hash & (this.#round * 2 - 1);
    return bucket < this.#bucketCount ? bucket : bucket & (this.#round - 1);
  }

  #insert(hash: number, name: number): void {
    if (this.#count > this.#bucketCount) this.#split();
    const bucket = this.#bucketOf(hash);
    this.#arena.ints[name + NEXT] = this.#buckets.ints[bucket]!;
    this.#buckets.ints[bucket] = name;
  }

  /** Deals the names of one bucket out to it and to a new one. */
  #split(): void {
    const added = this.#bucketCount;
    if (!this.#buckets.reserve((added + 1) * 4)) return;
    const from = added - this.#round;
    this.#bucketCount++;
    if (this.#bucketCount === this.#round * 2) this.#round *= 2;
    const buckets = this.#buckets.ints;
    const { ints } = this.#arena;
    let name = buckets[from]!;
    buckets[from] = 0;
    while (name !== 0) {
      const next = ints[name + NEXT]!;
      const bucket = this.#bucketOf(this.#hashOf(name));
      ints[name + NEXT] = buckets[bucket]!;
      buckets[bucket] = name;
      name = next;
    }
  }

  #hashOf(name: number): number {
    const at = (name + BYTES) * 4;
    return this.#hash(this.#arena.bytes, at, at + this.lengthOf(name));
  }

  #hash(bytes: Uint8Array, start: number, end: number): number {
    let hash = this.#seed;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
    hash ^= hash >>> 15;
    hash = Math.imul(hash, 0x2c1b3c6d);
    return hash ^ (hash >>> 12);
  }
}

/** Names of which a smaller share is kept are worth a sweep. */
const WORTHWHILE = 0.75;
const SPARE_BYTES = (LENGTH_MASK + 1) * 2;

function headerOf(hash: number, length: number): number {
  return (hash & ~LENGTH_MASK) | length;
}

/** Of a record, by its length in bytes or the word that holds it. */
function wordsOf(header: number): number {
  return BYTES + (((header & LENGTH_MASK) + 3) >> 2);
}

/** One bucket a name; a record has 20 bytes at least. */
function newBuckets(maxBytes: number): GrowingWords {
  return new GrowingWords(Math.max(FIRST_BUCKETS * 4, maxBytes >> 2));
}
