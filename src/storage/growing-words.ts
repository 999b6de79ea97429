/** Bytes by which it grows at least: pages that are not written cost nothing. */
const GROWTH = 1 << 20;

/**
 * Words of memory that grow in place, up to a maximum that is reserved at once: nothing is copied,
 * and what was never written costs nothing. The views are of fixed length, because those that
 * follow the length of their buffer are slow; after `reserve` they may be others.
 */
export class GrowingWords {
  readonly #buffer: SharedArrayBuffer;
  readonly maxBytes: number;
  ints: Int32Array;
  bytes: Uint8Array;
  view: DataView;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
    this.#buffer = new SharedArrayBuffer(Math.min(maxBytes, 1 << 16), { maxByteLength: maxBytes });
    this.ints = new Int32Array(0);
    this.bytes = new Uint8Array(0);
    this.view = new DataView(this.#buffer, 0, 0);
    this.#look();
  }

  /** Makes room for `bytes` in all; false when that is more than the maximum. */
  reserve(bytes: number): boolean {
    const present = this.bytes.length;
    if (bytes <= present) return true;
    if (bytes > this.maxBytes) return false;
    const wanted = Math.max(bytes, present + GROWTH, present * 1.25);
    this.#buffer.grow(Math.min(this.maxBytes, Math.ceil(wanted / 4096) * 4096));
    this.#look();
    return true;
  }

  #look(): void {
    const { byteLength } = this.#buffer;
    this.ints = new Int32Array(this.#buffer, 0, byteLength >> 2);
    this.bytes = new Uint8Array(this.#buffer, 0, byteLength);
    this.view = new DataView(this.#buffer, 0, byteLength);
  }
}
