import {
  type BatchHeader,
  batchLine,
  helloLine,
  parseAck,
  parseAnswer,
} from "../protocols/istat-batches.ts";
import type { SpooledBatch } from "./spool/spool.ts";

/** How long an answer to the hello is waited for; an istatd never gives one. */
const ANSWER_MS = 2000;
/** The same of a receiver that is known to give one: it may be busy. */
const KNOWN_ANSWER_MS = 30_000;
/** A receiver that takes nothing for so long is given up. */
const STALLED_MS = 60_000;
/** Bytes that may be on their way without an acknowledgement. */
const WINDOW_BYTES = 4 << 20;
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 60_000;
/** A line of the receiver's is short. */
const MAX_ANSWER_BYTES = 1000;

/** The connection, and the batches that wait. */
export interface OutboxDoors {
  connect(): void;
  /** Ends the connection; `closed` is not called for it. */
  close(): void;
  send(bytes: Buffer | string): void;
  /** Bytes that were sent and are still in memory here. */
  unsent(): number;
  batches(): readonly SpooledBatch[];
  isSafe(batch: SpooledBatch): boolean;
  /** Null when it cannot be read. */
  payloadOf(batch: SpooledBatch): Buffer | null;
  finish(number: number): void;
  /** Number that the next batch gets. */
  next(): number;
  /** What the receiver is told about this sender, besides its hello. */
  meta(): string;
  /** From 0 to below 1. */
  random(): number;
  log(level: "info" | "warn", message: string): void;
}

/** Who sends. */
export interface SenderIdentity {
  /** 32 hexadecimal digits. */
  sender: string;
  /** The receiver has answered once: it takes numbered batches, and plain lines are never sent. */
  isKnown: boolean;
}

type State = "away" | "connecting" | "greeting" | "batches" | "plain";

/**
 * Brings batches to a receiver over one connection after the other: numbered ones to a statite, each
 * until it is acknowledged, plain lines to an istatd. It is a step machine; the clock, in
 * milliseconds that only grow, comes from outside.
 *
 * @see docs/formats/istat-batches.md
 */
export class Outbox {
  readonly #doors: OutboxDoors;
  readonly #renew: () => SenderIdentity;
  readonly #onKnown: () => void;
  #identity: SenderIdentity;
  #state: State = "away";
  /** When the present state ends by itself. */
  #until = 0;
  #attempts = 0;
  /** The newest batch that is on its way over this connection. */
  #sent = 0;
  #onWay: { number: number; bytes: number }[] = [];
  #heard = 0;
  #text = "";
  acknowledged = 0;
  plain = 0;
  unsendable = 0;

  /** `renew` makes a new identity, `onKnown` keeps that a receiver has answered. */
  constructor(
    doors: OutboxDoors,
    identity: SenderIdentity,
    renew: () => SenderIdentity,
    onKnown: () => void,
  ) {
    this.#doors = doors;
    this.#identity = identity;
    this.#renew = renew;
    this.#onKnown = onKnown;
  }

  get state(): State {
    return this.#state;
  }

  /** A connection is there. */
  connected(now: number): void {
    if (this.#state !== "connecting") return;
    this.#enter("greeting", now + (this.#identity.isKnown ? KNOWN_ANSWER_MS : ANSWER_MS));
    this.#text = "";
    this.#doors.send(helloLine(this.#identity.sender) + this.#doors.meta());
  }

  /** A connection has ended, or there is none to be had. */
  closed(now: number, reason: string): void {
    if (this.#state === "away") return;
    if (this.#attempts === 0) this.#doors.log("warn", `not connected: ${reason}`);
    this.#onWay = [];
    this.#sent = 0;
    const most = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(this.#attempts, 10));
    this.#attempts++;
    this.#enter("away", now + most * (0.5 + this.#doors.random() / 2));
  }

  received(text: string, now: number): void {
    if (this.#state !== "greeting" && this.#state !== "batches") return;
    this.#text += text;
    for (let end = this.#text.indexOf("\n"); end >= 0; end = this.#text.indexOf("\n")) {
      const line = this.#text.slice(0, end);
      this.#text = this.#text.slice(end + 1);
      if (!this.#line(line, now)) return;
    }
    if (this.#text.length > MAX_ANSWER_BYTES) this.#giveUp(now, "it answers in another language");
  }

  /** A line that the receiver is told at once, if there is a receiver. */
  tell(line: string): void {
    if (this.#state === "batches" || this.#state === "plain") this.#doors.send(line);
  }

  /** Does what time makes due, and sends what can be sent. */
  tick(now: number): void {
    if (now >= this.#until) this.#timeOut(now);
    if (this.#state === "batches") this.#sendBatches(now);
    else if (this.#state === "plain") this.#sendPlain(now);
  }

  /** Ends the connection for good. */
  end(): void {
    if (this.#state !== "away") this.#doors.close();
    this.#enter("away", Number.POSITIVE_INFINITY);
  }

  #enter(state: State, until: number): void {
    this.#state = state;
    this.#until = until;
  }

  #timeOut(now: number): void {
    if (this.#state === "away") {
      this.#enter("connecting", now + STALLED_MS);
      this.#doors.connect();
    } else if (this.#state === "greeting" && !this.#identity.isKnown) {
      this.#attempts = 0;
      this.#doors.log("info", "connected to an istatd: lines are not acknowledged");
      this.#enter("plain", Number.POSITIVE_INFINITY);
      this.#heard = now;
    } else if (this.#state === "greeting") {
      this.#giveUp(now, "it does not answer, and it has before");
    } else if (this.#state === "connecting") this.#giveUp(now, "it cannot be reached");
  }

  #giveUp(now: number, reason: string): void {
    this.#doors.close();
    this.closed(now, reason);
  }

  /** False when the connection is given up. */
  #line(line: string, now: number): boolean {
    const answer = this.#state === "greeting" ? parseAnswer(line) : null;
    if (answer !== null) {
      if (answer.seen >= this.#doors.next()) {
        // Numbers were given out under this name that nobody here knows of.
        this.#identity = this.#renew();
        this.#doors.log(
          "warn",
          "it has seen batches of another sender of this name: a new name is taken",
        );
        this.#giveUp(now, "the name is not ours alone");
        return false;
      }
      if (!this.#identity.isKnown) {
        this.#identity = { ...this.#identity, isKnown: true };
        this.#onKnown();
      }
      this.#doors.log("info", "connected");
      this.#attempts = 0;
      this.#heard = now;
      this.#doors.finish(answer.durable);
      this.#enter("batches", Number.POSITIVE_INFINITY);
      return true;
    }
    const number = this.#state === "batches" ? parseAck(line) : null;
    if (number === null) {
      this.#giveUp(now, "it answers in another language");
      return false;
    }
    this.#heard = now;
    while (this.#onWay.length > 0 && this.#onWay[0]!.number <= number) {
      this.#onWay.shift();
      this.acknowledged++;
    }
    this.#doors.finish(Math.min(number, this.#sent));
    return true;
  }

  #sendBatches(now: number): void {
    if (this.#onWay.length === 0) this.#heard = now;
    else if (now - this.#heard > STALLED_MS) {
      this.#giveUp(now, "it acknowledges nothing");
      return;
    }
    let onWay = this.#onWay.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const batch of this.#waiting()) {
      if (onWay > 0 && onWay + batch.bytes > WINDOW_BYTES) return;
      const { number, kind, bytes } = batch;
      const payload = this.#doors.payloadOf(batch);
      this.#sent = number;
      if (payload === null) {
        this.unsendable++;
        continue;
      }
      const header: BatchHeader = { number, kind, bytes };
      this.#doors.send(Buffer.concat([Buffer.from(batchLine(header)), payload]));
      this.#onWay.push({ number, bytes });
      onWay += bytes;
    }
  }

  /** One at a time, each forgotten when it is handed over: nobody will say what has arrived. */
  #sendPlain(now: number): void {
    if (this.#doors.unsent() > 0) {
      if (now - this.#heard > STALLED_MS) this.#giveUp(now, "it takes nothing");
      return;
    }
    this.#heard = now;
    const [batch] = this.#waiting();
    if (batch === undefined) return;
    const payload = batch.kind === "istat" ? this.#doors.payloadOf(batch) : null;
    this.#doors.finish(batch.number);
    if (payload === null) {
      this.unsendable++;
      return;
    }
    this.plain++;
    this.#doors.send(payload);
  }

  #waiting(): SpooledBatch[] {
    const batches = this.#doors.batches();
    const from = batches.findIndex(({ number }) => number > this.#sent);
    if (from < 0) return [];
    const unsafe = batches.findIndex((batch, i) => i >= from && !this.#doors.isSafe(batch));
    return batches.slice(from, unsafe < 0 ? undefined : unsafe);
  }
}
