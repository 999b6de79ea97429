import type { NameIndex } from "../../storage/index/name-index.ts";
import {
  CHUNK,
  COUNT,
  chunkCapacity,
  chunkStart,
  FIRST,
  FIRST_FREE,
  LENGTH,
  LEVELS,
  LINKS,
  TAG,
  TAGS_HEAD,
  TAIL,
  TagLists,
  TEXT,
} from "./tag-lists.ts";
import { INDEXED, IS_FULL, TARGET, type TagMemory } from "./tag-memory.ts";
import { TaggedPath } from "./tagged-path.ts";

/** Series between two looks at the clock. */
const SERIES_PER_LOOK = 256;
const FIRST_TABLE = 1 << 12;
const NAME = Buffer.from("name");

/**
 * Writes the tag index: takes in the tagged series of the name index in the order in which they
 * came. A series is noted by its place in that order, so that every list ascends by itself.
 */
export class TagWriter extends TagLists {
  readonly #names: NameIndex;
  readonly #counts: Int32Array;
  readonly #path = new TaggedPath();
  readonly #trail = new Int32Array(LEVELS);
  /** Records by the hash of their tag and text. */
  #table = new Int32Array(FIRST_TABLE);
  #records = 0;
  #nextWord = FIRST_FREE;
  #nextText = 0;
  #random = 0x2545f491;
  #nameTag = 0;
  #lastName = 0;
  /** What stood at the same place of the path before: most often it stands there again. */
  readonly #lastTags: number[] = [];
  readonly #lastValues: number[] = [];

  constructor(names: NameIndex, memory: TagMemory) {
    super(memory);
    this.#names = names;
    this.#counts = new Int32Array(memory.counts);
  }

  /** Whether there are series that are not in the index yet, and it has room for them. */
  get isBehind(): boolean {
    return !this.isFull && this.#counts[INDEXED]! < this.#names.taggedCount;
  }

  get isFull(): boolean {
    return this.#counts[IS_FULL] === 1;
  }

  /** Bytes of memory that the index has written to, its own included. */
  get usedBytes(): number {
    return this.#nextWord * 4 + this.#nextText + this.#table.byteLength;
  }

  /** Says that questions from now on are about the series that there are now. */
  setTarget(): void {
    Atomics.store(this.#counts, TARGET, this.#names.taggedCount);
  }

  /** Takes in new series for about so long at most; whether none is left. */
  catchUp(milliseconds: number): boolean {
    const end = performance.now() + milliseconds;
    let index = this.#counts[INDEXED]!;
    while (this.isBehind) {
      const until = Math.min(this.#names.taggedCount, index + SERIES_PER_LOOK);
      try {
        for (; index < until; index++) this.#add(index);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        Atomics.store(this.#counts, IS_FULL, 1);
      }
      Atomics.store(this.#counts, INDEXED, index);
      Atomics.notify(this.#counts, INDEXED);
      if (performance.now() >= end) break;
    }
    return !this.isBehind;
  }

  /** Takes in the series of this place in the list of tagged ones. */
  #add(place: number): void {
    const path = this.#path;
    // A deleted series has no name, and a name that breaks a rule no tags.
    if (!path.read(this.#names.taggedPath(this.#names.taggedAt(place)))) return;
    const { bytes, nameEnd, count, tagStarts, tagEnds, valueStarts, valueEnds } = path;
    if (this.#nameTag === 0) this.#nameTag = this.#tag(NAME, 0, NAME.length);
    if (!this.#isText(this.#lastName, bytes, 0, nameEnd)) {
      this.#lastName = this.#value(this.#nameTag, bytes, 0, nameEnd);
    }
    this.#append(this.#lastName, place);
    for (let i = 0; i < count; i++) {
      const tag = this.#lastTags[i] ?? 0;
      if (!this.#isText(tag, bytes, tagStarts[i]!, tagEnds[i]!)) {
        this.#lastTags[i] = this.#tag(bytes, tagStarts[i]!, tagEnds[i]!);
        this.#lastValues[i] = 0;
      }
      if (!this.#isText(this.#lastValues[i]!, bytes, valueStarts[i]!, valueEnds[i]!)) {
        const known = this.#lastTags[i]!;
        this.#lastValues[i] = this.#value(known, bytes, valueStarts[i]!, valueEnds[i]!);
      }
      this.#append(this.#lastValues[i]!, place);
    }
  }

  #isText(record: number, bytes: Uint8Array, start: number, end: number): boolean {
    return record !== 0 && this.compare(record, bytes, start, end) === 0;
  }

  #append(value: number, place: number): void {
    const { words } = this;
    const count = words[value + COUNT]!;
    if (count === 0) {
      words[value + FIRST] = place;
    } else {
      const at = count - 1;
      const start = chunkStart(at);
      if (start === at) this.#addChunk(value, chunkCapacity(at));
      words[words[value + TAIL]! + 1 + at - start] = place;
    }
    Atomics.store(words, value + COUNT, count + 1);
  }

  #addChunk(value: number, capacity: number): void {
    const chunk = this.#take(1 + capacity);
    const tail = this.words[value + TAIL]!;
    this.words[tail === 0 ? value + CHUNK : tail] = chunk;
    this.words[value + TAIL] = chunk;
  }

  #tag(bytes: Uint8Array, start: number, end: number): number {
    const hash = hashOf(0, bytes, start, end);
    const known = this.#known(hash, 0, bytes, start, end);
    if (known !== 0) return known;
    const values = this.#take(LEVELS);
    return this.#addRecord(hash, { tag: 0, list: TAGS_HEAD, first: values }, bytes, start, end);
  }

  #value(tag: number, bytes: Uint8Array, start: number, end: number): number {
    const hash = hashOf(tag, bytes, start, end);
    const known = this.#known(hash, tag, bytes, start, end);
    if (known !== 0) return known;
    const list = this.words[tag + FIRST]!;
    const value = this.#addRecord(hash, { tag, list, first: 0 }, bytes, start, end);
    Atomics.store(this.words, tag + COUNT, this.words[tag + COUNT]! + 1);
    return value;
  }

  /** A record that is complete before anything leads to it. */
  #addRecord(
    hash: number,
    { tag, list, first }: { tag: number; list: number; first: number },
    bytes: Uint8Array,
    start: number,
    end: number,
  ): number {
    const { words } = this;
    const levels = this.#levels();
    const record = this.#take(LINKS + levels);
    words[record + TEXT] = this.#takeText(bytes, start, end);
    words[record + LENGTH] = end - start;
    words[record + FIRST] = first;
    words[record + TAG] = tag;
    this.seek(list, bytes, start, end, this.#trail);
    for (let level = 0; level < levels; level++) {
      words[record + LINKS + level] = words[this.#trail[level]!]!;
    }
    for (let level = 0; level < levels; level++) {
      Atomics.store(words, this.#trail[level]!, record);
    }
    this.#remember(hash, record);
    return record;
  }

  /** Levels of a new record: two with a chance of an eighth, three with one of a 64th, and so on. */
  #levels(): number {
    this.#random ^= this.#random << 13;
    this.#random ^= this.#random >>> 17;
    this.#random ^= this.#random << 5;
    let levels = 1;
    for (let bits = this.#random; levels < LEVELS && (bits & 7) === 0; bits >>>= 3) levels++;
    return levels;
  }

  /** @throws RangeError when the memory is full */
  #take(words: number): number {
    const at = this.#nextWord;
    if (at + words > this.words.length) throw new RangeError("the tag index is full");
    this.#nextWord = at + words;
    return at;
  }

  #takeText(bytes: Uint8Array, start: number, end: number): number {
    const at = this.#nextText;
    if (at + end - start > this.texts.length) throw new RangeError("the tag index is full");
    for (let i = start; i < end; i++) this.texts[at + i - start] = bytes[i]!;
    this.#nextText = at + end - start;
    return at;
  }

  #known(hash: number, tag: number, bytes: Uint8Array, start: number, end: number): number {
    const mask = this.#table.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const record = this.#table[slot]!;
      if (record === 0) return 0;
      if (this.words[record + TAG] === tag && this.#isText(record, bytes, start, end)) {
        return record;
      }
    }
  }

  #remember(hash: number, record: number): void {
    if (++this.#records * 2 > this.#table.length) {
      const old = this.#table;
      this.#table = new Int32Array(old.length * 2);
      for (const known of old) {
        if (known === 0) continue;
        const start = this.words[known + TEXT]! >>> 0;
        const end = start + this.words[known + LENGTH]!;
        insert(this.#table, hashOf(this.words[known + TAG]!, this.texts, start, end), known);
      }
    }
    insert(this.#table, hash, record);
  }
}

function insert(table: Int32Array, hash: number, record: number): void {
  const mask = table.length - 1;
  let slot = hash & mask;
  while (table[slot] !== 0) slot = (slot + 1) & mask;
  table[slot] = record;
}

function hashOf(tag: number, bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x2f0b4a97 ^ Math.imul(tag, 0x9e3779b1);
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}
