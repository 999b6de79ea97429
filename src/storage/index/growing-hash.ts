/**
 * A hash table of numbers above 0 in shared memory that grows without moving anything under a
 * reader: there is a table for every power of two, each reserved and untouched until its turn; the
 * writer fills the next one and then publishes its number.
 */
const FIRST_POWER = 12;

export interface GrowingHashMemory {
  words: SharedArrayBuffer;
  generation: SharedArrayBuffer;
}

export class GrowingHash {
  readonly #tables: Int32Array[] = [];
  readonly #generation: Int32Array;
  #count = 0;

  static reserve(maxEntries: number): GrowingHashMemory {
    let total = 0;
    for (let size = 1 << FIRST_POWER; ; size *= 2) {
      total += size;
      if (size >= maxEntries * 2) break;
    }
    return {
      words: new SharedArrayBuffer(total * 4),
      generation: new SharedArrayBuffer(4),
    };
  }

  constructor(memory: GrowingHashMemory) {
    this.#generation = new Int32Array(memory.generation);
    const words = memory.words.byteLength / 4;
    for (let at = 0, size = 1 << FIRST_POWER; at < words; at += size, size *= 2) {
      this.#tables.push(new Int32Array(memory.words, at * 4, size));
    }
  }

  /** The first entry from `hash` on for which `isIt` holds; 0 for none. */
  find(hash: number, isIt: (entry: number) => boolean): number {
    const table = this.#tables[Atomics.load(this.#generation, 0)]!;
    const mask = table.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = Atomics.load(table, slot);
      if (entry === 0 || isIt(entry)) return entry;
    }
  }

  /** Adds an entry; `hashOf` is asked for all entries when the table grows. Writer only. */
  add(hash: number, entry: number, hashOf: (entry: number) => number): void {
    let generation = this.#generation[0]!;
    if (this.#count * 2 >= this.#tables[generation]!.length) {
      if (generation + 1 >= this.#tables.length) throw new RangeError("the name index is full");
      const next = this.#tables[generation + 1]!;
      for (const old of this.#tables[generation]!) if (old !== 0) insert(next, hashOf(old), old);
      generation++;
      insert(next, hash, entry);
      Atomics.store(this.#generation, 0, generation);
    } else {
      insert(this.#tables[generation]!, hash, entry);
    }
    this.#count++;
  }
}

function insert(table: Int32Array, hash: number, entry: number): void {
  const mask = table.length - 1;
  let slot = hash & mask;
  while (table[slot] !== 0) slot = (slot + 1) & mask;
  Atomics.store(table, slot, entry);
}
