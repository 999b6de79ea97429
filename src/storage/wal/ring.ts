import { FRAME_HEADER_BYTES, MAX_PAYLOAD_BYTES } from "./format.ts";

/**
 * Frames on their way to disk: a ring in shared memory. The ingest thread fills a frame in place,
 * the WAL thread writes and syncs it, and only then may its bytes be used again: a frame whose
 * sync failed is still there to be written to another file. The ring's size is the bound on what a slow
 * or full disk can hold back.
 */
export class WalRing {
  readonly bytes: Uint8Array;
  readonly #frameBytes: number;
  /** Frames handed over and not yet released: where each ends, oldest first. */
  readonly #pending: number[] = [];
  #head = 0;
  #tail = 0;

  static reserve(bytes: number): SharedArrayBuffer {
    return new SharedArrayBuffer(bytes);
  }

  /** `payloadBytes` bounds a frame; the ring holds at least eight such frames. */
  constructor(memory: SharedArrayBuffer, payloadBytes = MAX_PAYLOAD_BYTES) {
    this.bytes = new Uint8Array(memory);
    this.#frameBytes = Math.min(payloadBytes + FRAME_HEADER_BYTES, this.bytes.length >> 3);
  }

  /** Largest payload that a frame can take. */
  get payloadBytes(): number {
    return this.#frameBytes - FRAME_HEADER_BYTES;
  }

  /** Bytes that wait for the disk. */
  get pendingBytes(): number {
    if (this.#pending.length === 0) return 0;
    const used = this.#head - this.#tail;
    return used > 0 ? used : used + this.bytes.length;
  }

  /** Whether `frames` full frames fit: with fewer than two to go, receivers pause. */
  hasRoom(frames: number): boolean {
    return this.bytes.length - this.pendingBytes >= (frames + 2) * this.#frameBytes;
  }

  /** Offset at which a frame of the largest size may be written, or -1. */
  begin(): number {
    if (this.#pending.length === 0) {
      this.#head = 0;
      this.#tail = 0;
      return 0;
    }
    if (this.#head === this.#tail) return -1;
    if (this.#head > this.#tail) {
      if (this.bytes.length - this.#head >= this.#frameBytes) return this.#head;
      if (this.#tail < this.#frameBytes) return -1;
      return 0;
    }
    return this.#tail - this.#head >= this.#frameBytes ? this.#head : -1;
  }

  /** Hands over the frame that was written at `offset`. */
  commit(offset: number, length: number): void {
    this.#head = offset + ((length + 7) & ~7);
    this.#pending.push(this.#head);
  }

  /** The oldest `frames` frames are durable. */
  release(frames: number): void {
    for (const end of this.#pending.splice(0, frames)) this.#tail = end;
  }
}
