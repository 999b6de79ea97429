/**
 * A hash table of numbers from 1 on in shared memory, for one writer and readers without locks. It is
 * a linear hash: with every entry that comes, one bucket is split into two, so it grows in place,
 * without a pause and without a copy. Entries of a bucket are linked; an entry costs eight bytes.
 *
 * A reader that meets a split may follow a link into the other half and miss what it looks for.
 * Links never form a ring, so it comes to an end, and looks again: the version says so.
 */
export interface GrowingHashMemory {
  /** By bucket: its first entry. */
  buckets: SharedArrayBuffer;
  /** By entry: the next one of its bucket. */
  links: SharedArrayBuffer;
  state: SharedArrayBuffer;
}

const FIRST_BUCKETS = 1024;
/** Words of the state: buckets in use; splits begun and ended. */
const BUCKETS = 0;
const VERSION = 1;

export class GrowingHash {
  readonly #buckets: Int32Array;
  readonly #links: Int32Array;
  readonly #state: Int32Array;
  #count = 0;

  static reserve(maxEntries: number): GrowingHashMemory {
    const buckets = Math.max(FIRST_BUCKETS, maxEntries);
    return {
      buckets: new SharedArrayBuffer(buckets * 4),
      links: new SharedArrayBuffer((maxEntries + 1) * 4),
      state: new SharedArrayBuffer(8),
    };
  }

  constructor(memory: GrowingHashMemory) {
    this.#buckets = new Int32Array(memory.buckets);
    this.#links = new Int32Array(memory.links);
    this.#state = new Int32Array(memory.state);
    Atomics.compareExchange(this.#state, BUCKETS, 0, FIRST_BUCKETS);
  }

  /** An entry of this hash for which `isIt` holds; 0 for none. */
  find(hash: number, isIt: (entry: number) => boolean): number {
    for (;;) {
      const version = Atomics.load(this.#state, VERSION);
      let entry = Atomics.load(this.#buckets, this.#bucketOf(hash));
      while (entry !== 0) {
        if (isIt(entry)) return entry;
        entry = Atomics.load(this.#links, entry);
      }
      if ((version & 1) === 0 && Atomics.load(this.#state, VERSION) === version) return 0;
    }
  }

  /** Adds an entry; `hashOf` is asked for those of the bucket that is split. Writer only. */
  add(hash: number, entry: number, hashOf: (entry: number) => number): void {
    this.#count++;
    if (this.#count > this.#state[BUCKETS]!) this.#split(hashOf);
    this.#link(this.#bucketOf(hash), entry);
  }

  #bucketOf(hash: number): number {
    const buckets = Atomics.load(this.#state, BUCKETS);
    const round = 1 << (31 - Math.clz32(buckets));
    const bucket = hash & (round * 2 - 1);
    return bucket < buckets ? bucket : bucket & (round - 1);
  }

  #link(bucket: number, entry: number): void {
    Atomics.store(this.#links, entry, this.#buckets[bucket]!);
    Atomics.store(this.#buckets, bucket, entry);
  }

  /** Deals the entries of one bucket out to it and to a new one, in their order. */
  #split(hashOf: (entry: number) => number): void {
    const added = this.#state[BUCKETS]!;
    if (added >= this.#buckets.length) return;
    const from = added - (1 << (31 - Math.clz32(added)));
    Atomics.add(this.#state, VERSION, 1);
    Atomics.store(this.#state, BUCKETS, added + 1);
    let entry = this.#buckets[from]!;
    Atomics.store(this.#buckets, from, 0);
    // Links only ever lead to what came later in the old order: no reader goes round in a ring.
    let [lastStaying, lastMoving] = [0, 0];
    while (entry !== 0) {
      const next = this.#links[entry]!;
      const stays = this.#bucketOf(hashOf(entry)) === from;
      const last = stays ? lastStaying : lastMoving;
      if (last === 0) Atomics.store(this.#buckets, stays ? from : added, entry);
      else Atomics.store(this.#links, last, entry);
      if (stays) lastStaying = entry;
      else lastMoving = entry;
      entry = next;
    }
    if (lastStaying !== 0) Atomics.store(this.#links, lastStaying, 0);
    if (lastMoving !== 0) Atomics.store(this.#links, lastMoving, 0);
    Atomics.add(this.#state, VERSION, 1);
  }
}
