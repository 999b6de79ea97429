import { GraphiteError } from "../../model/errors.ts";

/** A longer answer is of no use to anybody, and a short request must not fill the memory with one. */
const MAX_BYTES = 512 << 20;

/** A buffer that is not a part of Node's pool has at least so many bytes. */
const MIN_BYTES = Buffer.poolSize + 1;

/** A buffer that grows with what is written into it. */
export class ByteWriter {
  protected bytes: Buffer;
  protected view: DataView;
  protected at = 0;
  readonly #maxBytes: number;

  /**
   * @param expectedBytes how long the answer will about be: growing copies what is there, while
   *   memory that is reserved and never written costs next to nothing
   */
  constructor(expectedBytes = 1 << 16, maxBytes = MAX_BYTES) {
    this.#maxBytes = maxBytes;
    this.bytes = Buffer.allocUnsafe(Math.max(MIN_BYTES, Math.min(expectedBytes, maxBytes)));
    this.view = viewOf(this.bytes);
  }

  text(text: string): void {
    // No character takes more than three bytes for each of its UTF-16 units.
    this.reserve(text.length * 3);
    this.at += this.bytes.write(text, this.at);
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  byte(byte: number): void {
    this.reserve(1);
    this.bytes[this.at++] = byte;
  }

  /** What was written, in a buffer that nobody else has; the writer is not used any more. */
  finish(): Uint8Array {
    return this.bytes.subarray(0, this.at);
  }

  /**
   * Makes room for `count` more bytes.
   *
   * @throws GraphiteError ERR_LIMIT_DATAPOINTS when the answer becomes too long
   */
  protected reserve(count: number): void {
    const needed = this.at + count;
    if (needed <= this.bytes.length) return;
    if (needed > this.#maxBytes) {
      throw new GraphiteError(
        "ERR_LIMIT_DATAPOINTS",
        `the answer is longer than ${Math.ceil(this.#maxBytes / (1 << 20))} MiB: ask for a shorter range or fewer series`,
      );
    }
    const grown = Buffer.allocUnsafe(
      Math.min(this.#maxBytes, Math.max(this.bytes.length * 2, needed)),
    );
    this.bytes.copy(grown, 0, 0, this.at);
    this.bytes = grown;
    this.view = viewOf(grown);
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
