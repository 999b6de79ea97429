import { ackLine, answerLine, type BatchHeader } from "../protocols/istat-batches.ts";
import type { StoreWriter } from "../storage/store-writer.ts";
import type { Intake } from "./intake.ts";
import type { Reply } from "./tcp-receiver.ts";

/** More than the records of one line take: 320 counters, all of them new, with the longest names. */
const LINE_ROOM = 1_500_000;
/** Payloads that are on their way, of all connections. */
const MAX_HELD_BYTES = 64 << 20;

const LF = 10;

interface Waiting {
  reply: Reply;
  /** Batches that were taken, in order, and the log positions that must be durable for them. */
  batches: { number: number; endLsn: number }[];
  /** The sender waits to be told what there is of it. */
  isGreeting: boolean;
  sender: string;
}

/**
 * Takes numbered batches, each once. Its lines and the mark that says so are in the same frame of
 * the log, so that both survive or neither does; a batch that needs several frames is marked in each,
 * with the lines that were taken so far. It is acknowledged when the mark is durable.
 */
export class Batches {
  readonly #writer: StoreWriter;
  readonly #intake: Intake;
  readonly #durableLsn: () => number;
  readonly #now: () => number;
  readonly #waiting = new Map<object, Waiting>();
  #held = 0;
  #taken = 0;
  #repeated = 0;

  constructor(writer: StoreWriter, intake: Intake, durableLsn: () => number, now: () => number) {
    this.#writer = writer;
    this.#intake = intake;
    this.#durableLsn = durableLsn;
    this.#now = now;
  }

  get numbers(): Record<string, number> {
    return {
      batches_received: this.#taken,
      batches_repeated: this.#repeated,
      batch_senders: this.#writer.marks.count,
    };
  }

  /**
   * A sender is there: it is told what there is of it as soon as all of that is durable. False when
   * there are too many senders.
   */
  greet(connection: object, sender: string, reply: Reply): boolean {
    if (!this.#writer.marks.hasRoom(sender, this.#now())) return false;
    this.#waiting.set(connection, { reply, batches: [], isGreeting: true, sender });
    this.acknowledge();
    return true;
  }

  leave(connection: object): void {
    this.#waiting.delete(connection);
  }

  /** Counts bytes of payloads that are not whole yet; false when there are too many. */
  hold(bytes: number): boolean {
    this.#held += bytes;
    return this.#held <= MAX_HELD_BYTES;
  }

  /**
   * Takes a batch, unless it was taken before. Returns why the connection must be closed, or null.
   * What was taken until then is marked, and a repeat goes on behind it.
   */
  take(connection: object, { number, kind }: BatchHeader, payload: Buffer): string | null {
    const waiting = this.#waiting.get(connection)!;
    const { sender } = waiting;
    const mark = this.#writer.marks.get(sender);
    const isPartial = mark?.number === number && mark.lines > 0;
    if (mark !== undefined && number <= mark.number && !isPartial) {
      this.#repeated++;
      waiting.batches.push({ number, endLsn: mark.endLsn });
      return null;
    }
    const decoder = kind === "istat" ? this.#intake.newIstat() : this.#intake.newPlaintext();
    const skipped = isPartial ? mark.lines : 0;
    const room = Math.min(LINE_ROOM, (this.#writer.frameBytes * 3) >> 3);
    let line = 0;
    let marked = skipped;
    for (let at = 0; at < payload.length; line++) {
      const end = payload.indexOf(LF, at) + 1;
      if (line >= skipped) {
        if (this.#writer.frameRoom < room) {
          if (line > marked) this.#writer.markBatch(sender, number, line);
          marked = line;
          if (!this.#writer.beginFrame()) return "log-full";
        }
        decoder.push(payload.subarray(at, end));
      }
      at = end;
    }
    this.#writer.markBatch(sender, number, 0);
    this.#taken++;
    waiting.batches.push({ number, endLsn: this.#writer.marks.get(sender)!.endLsn });
    return null;
  }

  /** Tells senders what has become durable. */
  acknowledge(): void {
    if (this.#waiting.size === 0) return;
    const durable = this.#durableLsn();
    for (const waiting of this.#waiting.values()) {
      if (waiting.isGreeting) this.#answer(waiting, durable);
      let number = 0;
      while (waiting.batches.length > 0 && waiting.batches[0]!.endLsn <= durable) {
        number = Math.max(number, waiting.batches.shift()!.number);
      }
      if (number > 0) waiting.reply(ackLine(number));
    }
  }

  #answer(waiting: Waiting, durable: number): void {
    const mark = this.#writer.marks.get(waiting.sender);
    if (mark !== undefined && mark.endLsn > durable) return;
    waiting.isGreeting = false;
    const seen = mark?.number ?? 0;
    // One that was taken in part is sent again.
    waiting.reply(answerLine({ durable: mark?.lines === 0 ? seen : Math.max(0, seen - 1), seen }));
  }
}
