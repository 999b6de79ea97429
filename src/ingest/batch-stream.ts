import {
  BATCH,
  type BatchHeader,
  HELLO,
  MAX_HEADER_BYTES,
  parseBatch,
  parseHello,
} from "../protocols/istat-batches.ts";
import { MAX_LINE_BYTES } from "../protocols/istat-lines.ts";
import type { Batches } from "./batches.ts";
import type { Reply, StreamDecoder } from "./tcp-receiver.ts";

const LF = 10;

/**
 * A connection that brings istat lines, and numbered batches between them when its first line is the
 * hello of a sender. Any other connection is only handed on.
 *
 * @see docs/formats/istat-batches.md
 */
export class BatchStream implements StreamDecoder {
  readonly #lines: StreamDecoder;
  readonly #batches: Batches;
  readonly #reply: Reply;
  #state: "first line" | "lines only" | "batches" = "first line";
  /** What may be the beginning of a hello or of a header, or of a line that is neither. */
  #tail: Buffer = Buffer.alloc(0);
  #header: BatchHeader | null = null;
  #payload: Buffer[] = [];
  #missing = 0;

  constructor(lines: StreamDecoder, batches: Batches, reply: Reply) {
    this.#lines = lines;
    this.#batches = batches;
    this.#reply = reply;
  }

  push(chunk: Buffer): string | null {
    if (this.#state === "lines only") return this.#lines.push(chunk);
    const bytes = this.#tail.length === 0 ? chunk : Buffer.concat([this.#tail, chunk]);
    this.#tail = bytes.subarray(0, 0);
    return this.#state === "batches" ? this.#split(bytes) : this.#first(bytes);
  }

  end(): void {
    if (this.#tail.length > 0) this.#lines.push(this.#tail);
    this.#letGo();
    this.#batches.leave(this);
    this.#lines.end();
  }

  #first(bytes: Buffer): string | null {
    const end = bytes.subarray(0, MAX_HEADER_BYTES).indexOf(LF);
    if (end < 0 && bytes.length < MAX_HEADER_BYTES && isBeginning(bytes, HELLO)) {
      // A copy: the chunk's memory belongs to the socket.
      this.#tail = Buffer.from(bytes);
      return null;
    }
    const sender = end < 0 ? null : parseHello(bytes.toString("latin1", 0, end));
    if (sender === null) {
      this.#state = "lines only";
      return this.#lines.push(bytes);
    }
    this.#state = "batches";
    if (!this.#batches.greet(this, sender, this.#reply)) return "too-many-senders";
    return this.#split(bytes);
  }

  /** `bytes` begin where a line or a part of one begins, or go on with a payload. */
  #split(bytes: Buffer): string | null {
    for (let at = 0; at < bytes.length; ) {
      if (this.#header !== null) {
        const end = Math.min(bytes.length, at + this.#missing);
        const closing = this.#goOn(bytes.subarray(at, end));
        if (closing !== null) return closing;
        at = end;
      } else if (isBeginning(bytes.subarray(at), BATCH)) {
        const end = bytes.indexOf(LF, at);
        if (end < 0 && bytes.length - at < MAX_HEADER_BYTES) {
          this.#tail = Buffer.from(bytes.subarray(at));
          return null;
        }
        this.#header = end < 0 ? null : parseBatch(bytes.toString("latin1", at, end));
        if (this.#header === null) return "batch-malformed";
        this.#missing = this.#header.bytes;
        at = end + 1;
      } else {
        const next = bytes.indexOf(`\n${BATCH}`, at);
        const end = next < 0 ? lastLineEnd(bytes, at) : next + 1;
        const closing = this.#lines.push(bytes.subarray(at, end));
        if (closing !== null) return closing;
        at = end;
        if (next < 0 && at < bytes.length) {
          if (bytes.length - at > MAX_LINE_BYTES) return "line-too-long";
          this.#tail = Buffer.from(bytes.subarray(at));
          return null;
        }
      }
    }
    return null;
  }

  #goOn(piece: Buffer): string | null {
    this.#missing -= piece.length;
    this.#payload.push(Buffer.from(piece));
    if (!this.#batches.hold(piece.length)) return "batches-held";
    if (this.#missing > 0) return null;
    const payload = Buffer.concat(this.#payload);
    const header = this.#header!;
    this.#letGo();
    if (payload[payload.length - 1] !== LF) return "batch-malformed";
    return this.#batches.take(this, header, payload);
  }

  #letGo(): void {
    for (const { length } of this.#payload) this.#batches.hold(-length);
    this.#payload = [];
    this.#header = null;
  }
}

/** Whether `bytes` begin like `text`, as far as there are any. */
function isBeginning(bytes: Buffer, text: string): boolean {
  const length = Math.min(bytes.length, text.length);
  return bytes.toString("latin1", 0, length) === text.slice(0, length);
}

/** Behind the last LF at or after `at`; `at` when there is none. */
function lastLineEnd(bytes: Buffer, at: number): number {
  return Math.max(at, bytes.lastIndexOf(LF) + 1);
}
