/** How far the numbered batches of a sender were taken. */
export interface BatchMark {
  /** 32 hexadecimal digits that the sender has made up for itself. */
  sender: string;
  /** Of the newest batch that was taken, or begun. */
  number: number;
  /** Lines of that batch that were taken; 0: all of them. */
  lines: number;
  /** When it was, seconds since the epoch. */
  heard: number;
}

/** A mark, and the log position behind its record: once that is durable, so is the batch. */
export type LoggedMark = BatchMark & { endLsn: number };

/** More senders than one log is for; each costs some forty bytes in every log file. */
const MAX_SENDERS = 10_000;
/** A sender that is silent for longer must expect that what it repeats counts again. */
const MAX_SILENT_SECONDS = 30 * 86_400;
/** One that is silent for longer gives way when there are too many. */
const YIELDING_SECONDS = 86_400;

/**
 * The newest mark of every sender. They live in the log: a mark is in the frame of the lines that it
 * stands for, and all of them are repeated where a log file begins, so that dropping files loses none.
 */
export class BatchMarks {
  readonly #marks = new Map<string, LoggedMark>();

  get count(): number {
    return this.#marks.size;
  }

  /** Those that a log file begins with. */
  get all(): Iterable<BatchMark> {
    return this.#marks.values();
  }

  get(sender: string): LoggedMark | undefined {
    return this.#marks.get(sender);
  }

  note(mark: BatchMark, endLsn: number): void {
    // Of several the one heard last is the last one: that is the order in which they are forgotten.
    this.#marks.delete(mark.sender);
    this.#marks.set(mark.sender, { ...mark, endLsn });
  }

  /** Whether there is a place for a sender, at `now` in seconds. */
  hasRoom(sender: string, now: number): boolean {
    if (this.#marks.has(sender) || this.#marks.size < MAX_SENDERS) return true;
    this.#forget(now - YIELDING_SECONDS);
    return this.#marks.size < MAX_SENDERS;
  }

  /** Forgets who has been silent for too long. */
  expire(now: number): void {
    this.#forget(now - MAX_SILENT_SECONDS);
  }

  #forget(oldest: number): void {
    for (const { sender, heard } of this.#marks.values()) {
      if (heard >= oldest) return;
      this.#marks.delete(sender);
    }
  }
}
