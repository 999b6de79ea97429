/** More groups than a file can have. */
const KEYS_PER_FILE = 2 ** 26;

/**
 * Groups of blocks that a reading thread has read and verified, the least recently used ones first
 * to go. A request for many series takes many blocks from each group; read one by one, each of them
 * would cost a system call, which is more than decoding it.
 */
export class GroupCache {
  readonly #maxBytes: number;
  #bytes = 0;
  /** In the order of their last use. */
  readonly #groups = new Map<number, Uint8Array>();
  #lastKey = -1;
  #last: Uint8Array | undefined;
  #files = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** A file's own range of keys: its i-th group has the key that this returns, plus i. */
  newKeys(): number {
    return this.#files++ * KEYS_PER_FILE;
  }

  get(key: number): Uint8Array | undefined {
    if (key === this.#lastKey) return this.#last;
    const group = this.#groups.get(key);
    if (group === undefined) return undefined;
    this.#groups.delete(key);
    this.#groups.set(key, group);
    this.#lastKey = key;
    this.#last = group;
    return group;
  }

  set(key: number, group: Uint8Array): void {
    if (group.length > this.#maxBytes) return;
    this.#groups.set(key, group);
    this.#bytes += group.length;
    this.#lastKey = key;
    this.#last = group;
    for (const [old, { length }] of this.#groups) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#groups.delete(old);
      this.#bytes -= length;
    }
  }
}
