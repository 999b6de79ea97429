import { randomBytes } from "node:crypto";

/**
 * The names that clients write, byte for byte, and what each stands for: one series, several (an
 * istat caret name) or none (a refused name). The receivers' hot path lives here; it fits the door
 * `NameTable` of src/protocols. One thread owns it; nothing of it is shared.
 *
 * Open addressing over (hash, name) pairs; a record of a name is (offset, length, successor,
 * series). The series field is negative for anything else than one series: -1 - index into the
 * targets. The hash is seeded, so that nobody can choose names that collide.
 */
const RECORD = 4;
const OFFSET = 0;
const LENGTH = 1;
const SUCCESSOR = 2;
const SERIES = 3;

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
  #table: Int32Array;
  #mask: number;
  #records: Int32Array;
  #arena: Uint8Array;
  #arenaView: DataView;
  #used = 0;
  #count = 0;
  /** Names below #count that were forgotten. */
  #forgotten = 0;
  /** The first place is that of the last passing refusal, which is good for one use. */
  readonly #targets: Targets[] = [{ series: [], refusal: null, isPassing: true }];
  /** Place of the targets that only refuse, by reason. */
  readonly #refusals = new Map<string, number>();
  /** Names that found no room. */
  overflows = 0;

  /** `maxBytes` bounds the memory for names. */
  constructor(define: Define, maxBytes = 2 ** 31) {
    this.#define = define;
    this.#maxBytes = maxBytes;
    this.#table = new Int32Array(1 << 13);
    this.#mask = (1 << 12) - 1;
    this.#records = new Int32Array((1 << 11) * RECORD);
    this.#arena = new Uint8Array(1 << 16);
    this.#arenaView = new DataView(this.#arena.buffer);
  }

  get count(): number {
    return this.#count;
  }

  get memoryBytes(): number {
    return this.#table.byteLength + this.#records.byteLength + this.#arena.byteLength;
  }

  /** The name's series; negative when `targetsOf` has to be asked. */
  seriesOf(name: number): number {
    return this.#records[name * RECORD + SERIES]!;
  }

  /** What a name stands for whose `seriesOf` is negative. */
  targetsOf(name: number): Targets {
    return this.#targets[-1 - this.seriesOf(name)]!;
  }

  /** The name as it was written, for people. */
  textOf(name: number): string {
    const offset = this.#records[name * RECORD + OFFSET]!;
    return Buffer.from(this.#arena.buffer, offset, this.lengthOf(name)).toString();
  }

  lengthOf(name: number): number {
    return this.#records[name * RECORD + LENGTH]!;
  }

  successorAt(
    previous: number,
    bytes: Uint8Array,
    view: DataView,
    at: number,
    end: number,
  ): number {
    const records = this.#records;
    const name = records[previous * RECORD + SUCCESSOR]! - 1;
    if (name < 0) return -1;
    const length = records[name * RECORD + LENGTH]!;
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
    const records = this.#records;
    const name = records[previous * RECORD + SUCCESSOR]! - 1;
    if (name < 0) return -1;
    const length = records[name * RECORD + LENGTH]!;
    return length === end - start && this.#equals(name, length, bytes, view, start) ? name : -1;
  }

  /** From the tail, where names differ, four bytes at a time. */
  #equals(name: number, length: number, bytes: Uint8Array, view: DataView, at: number): boolean {
    const arena = this.#arenaView;
    const offset = this.#records[name * RECORD + OFFSET]!;
    let i = length - 4;
    while (i >= 0 && view.getInt32(at + i, true) === arena.getInt32(offset + i, true)) i -= 4;
    if (i >= 0) return false;
    if (i === -4) return true;
    if (length >= 4) return view.getInt32(at, true) === arena.getInt32(offset, true);
    for (let j = 0; j < length; j++) if (bytes[at + j] !== this.#arena[offset + j]) return false;
    return true;
  }

  learn(previous: number, name: number): void {
    if (previous >= 0) this.#records[previous * RECORD + SUCCESSOR] = name + 1;
  }

  resolve(bytes: Uint8Array, start: number, end: number): number {
    const hash = this.#hash(bytes, start, end);
    const table = this.#table;
    const records = this.#records;
    const length = end - start;
    let slot = hash & this.#mask;
    for (;;) {
      const name = table[slot * 2 + 1]! - 1;
      if (name < 0) break;
      if (table[slot * 2] === hash && records[name * RECORD + LENGTH] === length) {
        const offset = records[name * RECORD + OFFSET]!;
        let i = 0;
        while (i < length && bytes[start + i] === this.#arena[offset + i]) i++;
        if (i === length) return name;
      }
      slot = (slot + 1) & this.#mask;
    }
    return this.#add(bytes, start, end, hash);
  }

  /** Forgets what all names stand for, so that they are asked for again: rules have changed. */
  clear(): void {
    this.#table.fill(0);
    // Receivers may still remember a name: it must have no successor then.
    this.#records.fill(0, 0, (this.#count + 1) * RECORD);
    this.#count = 0;
    this.#forgotten = 0;
    this.#used = 0;
    this.#targets.length = 1;
    this.#refusals.clear();
  }

  /**
   * Forgets the names that stand for a series for which `isGone` holds, so that they are asked for
   * again. What receivers remember of them leads nowhere.
   */
  forget(isGone: (series: number) => boolean): void {
    const records = this.#records;
    const lost = new Uint8Array(this.#count);
    let found = 0;
    for (let name = 0; name < this.#count; name++) {
      const series = this.seriesOf(name);
      const isLost = series >= 0 ? isGone(series) : this.targetsOf(name).series.some(isGone);
      if (!isLost) continue;
      lost[name] = 1;
      found++;
    }
    if (found === 0) return;
    // The place of a forgotten name is lost until all are forgotten: no more than half may be so.
    this.#forgotten += found;
    if (this.#forgotten * 2 > this.#count) {
      this.clear();
      return;
    }
    const old = this.#table.slice();
    this.#table.fill(0);
    for (let slot = 0; slot < old.length; slot += 2) {
      const name = old[slot + 1]! - 1;
      if (name >= 0 && lost[name] === 0) this.#insert(old[slot]!, name);
    }
    for (let name = 0; name < this.#count; name++) {
      const successor = records[name * RECORD + SUCCESSOR]! - 1;
      if (lost[name] === 1 || lost[successor] === 1) records[name * RECORD + SUCCESSOR] = 0;
    }
  }

  #add(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const length = end - start;
    if (this.#used + length + 16 > this.#maxBytes) {
      this.overflows++;
      // The first name that does not fit makes room for all: those in use come back at once.
      this.clear();
    }
    const meaning = this.#define(Buffer.from(bytes.subarray(start, end)));
    this.#reserve(length);
    const name = this.#count;
    const at = name * RECORD;
    this.#records[at + OFFSET] = this.#used;
    this.#records[at + LENGTH] = length;
    this.#records[at + SUCCESSOR] = 0;
    this.#records[at + SERIES] = this.#seriesField(meaning);
    this.#arena.set(bytes.subarray(start, end), this.#used);
    // The next new name takes the place.
    if (typeof meaning !== "number" && meaning.isPassing) return name;
    this.#count++;
    this.#used += (length + 8) & ~7;
    this.#insert(hash, name);
    return name;
  }

  #seriesField(meaning: number | Targets): number {
    if (typeof meaning === "number") return meaning;
    const { series, refusal, isPassing } = meaning;
    if (isPassing) {
      this.#targets[0] = meaning;
      return -1;
    }
    // Refused names may be many, reasons are few.
    if (series.length > 0 || refusal === null) return -this.#targets.push(meaning);
    const known = this.#refusals.get(refusal) ?? this.#targets.push(meaning);
    this.#refusals.set(refusal, known);
    return -known;
  }

  #reserve(length: number): void {
    if (this.#used + length + 16 > this.#arena.length) {
      const arena = new Uint8Array(Math.max(this.#arena.length * 2, this.#used + length + 16));
      arena.set(this.#arena.subarray(0, this.#used));
      this.#arena = arena;
      this.#arenaView = new DataView(arena.buffer);
    }
    if ((this.#count + 1) * RECORD > this.#records.length) {
      const records = new Int32Array(this.#records.length * 2);
      records.set(this.#records);
      this.#records = records;
    }
    if (this.#count * 2 > this.#mask) this.#grow();
  }

  #grow(): void {
    const old = this.#table;
    this.#table = new Int32Array(old.length * 2);
    this.#mask = this.#table.length / 2 - 1;
    for (let slot = 0; slot < old.length; slot += 2) {
      const name = old[slot + 1]! - 1;
      if (name >= 0) this.#insert(old[slot]!, name);
    }
  }

  #insert(hash: number, name: number): void {
    let slot = hash & this.#mask;
    while (this.#table[slot * 2 + 1] !== 0) slot = (slot + 1) & this.#mask;
    this.#table[slot * 2] = hash;
    this.#table[slot * 2 + 1] = name + 1;
  }

  #hash(bytes: Uint8Array, start: number, end: number): number {
    let hash = this.#seed;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
    hash ^= hash >>> 15;
    hash = Math.imul(hash, 0x2c1b3c6d);
    return hash ^ (hash >>> 12);
  }
}
