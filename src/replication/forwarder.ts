import type { BatchKind } from "../protocols/istat-batches.ts";
import type { FileSystem } from "../storage/environment.ts";
import { isCrash } from "../storage/wal/files.ts";
import { Identity } from "./identity.ts";
import { LineMerger } from "./line-merger.ts";
import { Outbox, type OutboxDoors } from "./outbox.ts";
import { Spool } from "./spool/spool.ts";

/** Lines that end a batch before its time. */
const MAX_OPEN_BYTES = 8 << 20;
/** Meta lines of clients that a receiver is told again after every connect. */
const MAX_META = 64;
const MAX_META_BYTES = 1024;

export interface ForwarderOptions {
  files: FileSystem;
  /** Of this receiver alone. */
  folder: string;
  /** Of the spool. */
  maxBytes: number;
  /** Seconds within which samples of a name become one line. */
  step: number;
  batchMs: number;
  syncMs: number;
  host: string;
  version: string;
  random(): number;
  /** 32 random hexadecimal digits. */
  newSender(): string;
  log(level: "info" | "warn" | "error", message: string): void;
}

/** The connection to the receiver, one at a time. */
export type Wire = Pick<OutboxDoors, "connect" | "close" | "send" | "unsent">;

/**
 * Sends on to one receiver what was received: lines go into the spool as they come, become batches
 * every ten seconds, and stay there until the receiver has them. A step machine: `tick`, about every
 * 100 ms, does what is due; nothing here waits. Milliseconds are of a clock that only grows.
 */
export class Forwarder {
  readonly #options: ForwarderOptions;
  readonly #spool: Spool;
  readonly #merger: LineMerger;
  readonly #meta = new Map<string, string>();
  readonly #outbox: Outbox;
  #closeAt: number;
  #syncAt = 0;
  #failure: string | null = null;

  constructor(options: ForwarderOptions, wire: Wire, now: number) {
    const { files, folder, maxBytes, step, batchMs, host, newSender, log } = options;
    this.#options = options;
    this.#spool = new Spool(files, folder, maxBytes);
    this.#merger = new LineMerger(step);
    this.#closeAt = now + batchMs;
    const { lines, damage, isNew } = this.#spool.found;
    for (const piece of damage) log("error", `${piece}: its lines are lost`);
    for (const { kind, bytes } of lines) this.#merger.add(kind, bytes);
    const identity = new Identity(files, folder, host, newSender, isNew);
    const spool = this.#spool;
    this.#outbox = new Outbox(
      {
        connect: () => wire.connect(),
        close: () => wire.close(),
        send: (bytes) => wire.send(bytes),
        unsent: () => wire.unsent(),
        batches: () => spool.batches,
        isSafe: (batch) => spool.isSafe(batch),
        payloadOf: (batch) => {
          try {
            return spool.payloadOf(batch);
          } catch (error) {
            if (isCrash(error)) throw error;
            log("error", `batch ${batch.number} cannot be read: ${String(error)}`);
            return null;
          }
        },
        finish: (number) => spool.finish(number),
        next: () => spool.next,
        meta: () => this.#metaLines(),
        random: options.random,
        log,
      },
      identity.present,
      () => identity.renew(),
      () => identity.know(),
    );
  }

  /** Lines as LineTee writes them. */
  take(kind: BatchKind, lines: Buffer): void {
    this.#spool.lines(kind, lines);
    this.#merger.add(kind, lines);
  }

  /** What a client has said of itself: the receiver is told at once, and after every connect. */
  meta(key: string, value: string): void {
    const isRoom = this.#meta.size < MAX_META || this.#meta.has(key);
    if (!isRoom || key.length + value.length > MAX_META_BYTES) return;
    this.#meta.set(key, value);
    this.#outbox.tell(`#${key} ${value}\n`);
  }

  connected(now: number): void {
    this.#outbox.connected(now);
  }

  received(text: string, now: number): void {
    this.#outbox.received(text, now);
    this.#outbox.tick(now);
  }

  closed(now: number, reason: string): void {
    this.#outbox.closed(now, reason);
  }

  /** More can be sent. */
  drained(now: number): void {
    this.#outbox.tick(now);
  }

  tick(now: number): void {
    const isDue = now >= this.#closeAt || this.#merger.bytes >= MAX_OPEN_BYTES;
    if (isDue) {
      this.#closeAt = now + this.#options.batchMs;
      this.#spool.close(this.#merger.take());
    }
    this.#spool.flush();
    if (isDue || now >= this.#syncAt) {
      this.#syncAt = now + this.#options.syncMs;
      this.#spool.sync();
    }
    this.#followFailure();
    this.#outbox.tick(now);
  }

  /** Writes all to disk, and ends. */
  close(): void {
    this.#outbox.end();
    this.#spool.close(this.#merger.take());
    this.#spool.flush();
    this.#spool.sync();
    this.#spool.closeFile();
  }

  /** Why the spool cannot be written at present, if it cannot. */
  get failure(): string | null {
    return this.#failure;
  }

  get isConnected(): boolean {
    return this.#outbox.state === "batches" || this.#outbox.state === "plain";
  }

  get numbers(): Record<string, number> {
    const { batches, bytes, droppedBatches, droppedLines } = this.#spool;
    const { acknowledged, plain, unsendable } = this.#outbox;
    return {
      forward_connected: this.isConnected ? 1 : 0,
      forward_lines: this.#merger.lines,
      forward_waiting_batches: batches.length,
      forward_spool_bytes: bytes,
      forward_acknowledged_batches: acknowledged,
      forward_plain_batches: plain,
      forward_unsendable_batches: unsendable,
      forward_dropped_batches: droppedBatches,
      forward_dropped_lines: droppedLines,
    };
  }

  #metaLines(): string {
    const { version, host } = this.#options;
    const own = `#version statite ${version}\n#hostname ${host}\n`;
    return own + [...this.#meta].map(([key, value]) => `#${key} ${value}\n`).join("");
  }

  #followFailure(): void {
    const failure = this.#spool.failure?.message ?? null;
    if (failure !== null && this.#failure === null) {
      this.#options.log("error", `the spool cannot be written, batches stay in memory: ${failure}`);
    } else if (failure === null && this.#failure !== null) {
      this.#options.log("info", "the spool can be written again");
    }
    this.#failure = failure;
  }
}
