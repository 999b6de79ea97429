import { GrowingHash, type GrowingHashMemory } from "./growing-hash.ts";

/** Strings that a reader keeps at most; beyond that it begins anew. */
const MAX_CACHED = 200_000;

export interface LabelMemory {
  arena: SharedArrayBuffer;
  /** Where each label begins; the one after the last begins at the end. */
  offsets: SharedArrayBuffer;
  count: SharedArrayBuffer;
  hash: GrowingHashMemory;
}

/** The nodes of all paths as texts, each once, numbered from 1. */
export class Labels {
  readonly #arena: Uint8Array;
  readonly #buffer: Buffer;
  readonly #offsets: Uint32Array;
  readonly #count: Int32Array;
  readonly #hash: GrowingHash;
  #texts: string[] = [];
  #cached = 0;

  static reserve(maxLabels: number, arenaBytes: number): LabelMemory {
    return {
      arena: new SharedArrayBuffer(arenaBytes),
      offsets: new SharedArrayBuffer((maxLabels + 2) * 4),
      count: new SharedArrayBuffer(4),
      hash: GrowingHash.reserve(maxLabels),
    };
  }

  constructor(memory: LabelMemory) {
    this.#arena = new Uint8Array(memory.arena);
    this.#buffer = Buffer.from(memory.arena);
    this.#offsets = new Uint32Array(memory.offsets);
    this.#count = new Int32Array(memory.count);
    this.#hash = new GrowingHash(memory.hash);
  }

  get count(): number {
    return Atomics.load(this.#count, 0);
  }

  /** Number of a label, or 0. */
  find(bytes: Uint8Array): number {
    return this.#hash.find(hashOf(bytes, 0, bytes.length), (label) => this.#equals(label, bytes));
  }

  /** Number of a label, made known if it is new. Writer only. @throws RangeError when full */
  add(bytes: Uint8Array): number {
    const known = this.find(bytes);
    if (known !== 0) return known;
    const label = this.count + 1;
    const start = this.#offsets[label]!;
    const end = start + bytes.length;
    if (end > this.#arena.length || label + 1 >= this.#offsets.length) {
      throw new RangeError("the name index is full");
    }
    this.#arena.set(bytes, start);
    this.#offsets[label + 1] = end;
    Atomics.store(this.#count, 0, label);
    this.#hash.add(hashOf(bytes, 0, bytes.length), label, (other) =>
      hashOf(this.#arena, this.#offsets[other]!, this.#offsets[other + 1]!),
    );
    return label;
  }

  /** Bytes of all labels one after the other, and where each begins; not to be changed. */
  get all(): { arena: Readonly<Uint8Array>; offsets: Readonly<Uint32Array> } {
    return { arena: this.#arena, offsets: this.#offsets };
  }

  /** Bytes of a label; none for 0. */
  bytes(label: number): Uint8Array {
    if (label === 0) return this.#arena.subarray(0, 0);
    return this.#arena.subarray(this.#offsets[label]!, this.#offsets[label + 1]!);
  }

  text(label: number): string {
    const known = this.#texts[label];
    if (known !== undefined) return known;
    if (++this.#cached > MAX_CACHED) {
      this.#texts = [];
      this.#cached = 1;
    }
    const text = this.#buffer.toString("utf8", this.#offsets[label]!, this.#offsets[label + 1]!);
    this.#texts[label] = text;
    return text;
  }

  #equals(label: number, bytes: Uint8Array): boolean {
    const start = this.#offsets[label]!;
    if (this.#offsets[label + 1]! - start !== bytes.length) return false;
    for (let i = 0; i < bytes.length; i++) if (this.#arena[start + i] !== bytes[i]) return false;
    return true;
  }
}

function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x2f0b4a97;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}
