import type { DeleteDoor } from "../../http/doors.ts";
import type { DeleteSeries, FromIngest } from "../../ingest/messages.ts";
import { GraphiteError } from "../../model/errors.ts";
import type { LeavesAnswer, QueryRunner } from "../../render/query-job.ts";
import { type LogSync, untilDurable } from "./until-durable.ts";

type Deleted = FromIngest & { kind: "deleted" };

/** Series of one message: they are one record of the log, and end together. */
const SERIES_PER_STEP = 100_000;

/** What deletes need of the other threads. */
export interface DeleteThreads extends LogSync {
  queries: QueryRunner;
  tellIngest(message: DeleteSeries): void;
}

/** Deletes series: a query thread finds them, the ingest thread ends them, the log makes it last. */
export class SeriesDeletes implements DeleteDoor {
  readonly #threads: DeleteThreads;
  readonly #waiting = new Map<number, (answer: Deleted) => void>();
  #nextId = 0;

  constructor(threads: DeleteThreads) {
    this.#threads = threads;
  }

  find(patterns: readonly string[]): Promise<LeavesAnswer> {
    return this.#leaves([...patterns], false);
  }

  findExact(paths: readonly string[]): Promise<LeavesAnswer> {
    return this.#leaves([...paths], true);
  }

  async delete(series: readonly number[]): Promise<number> {
    let count = 0;
    let lsn = 0;
    for (let from = 0; from < series.length; from += SERIES_PER_STEP) {
      const answer = await this.#step(series.slice(from, from + SERIES_PER_STEP));
      count += answer.count;
      lsn = answer.lsn;
      if (answer.failure !== null) throw new GraphiteError("ERR_NOT_READY", answer.failure);
    }
    const failure =
      "the series are deleted, but the log cannot be synced: a power cut may bring them back; see /health";
    await untilDurable(this.#threads, lsn, failure);
    return count;
  }

  /** An answer of the ingest thread. */
  onDeleted(answer: Deleted): void {
    this.#waiting.get(answer.id)?.(answer);
    this.#waiting.delete(answer.id);
  }

  async #leaves(patterns: string[], isExact: boolean): Promise<LeavesAnswer> {
    const job = { kind: "leaves", patterns, isExact } as const;
    const { body } = await this.#threads.queries.run(job, new AbortController().signal);
    return JSON.parse(Buffer.from(body).toString("utf8")) as LeavesAnswer;
  }

  #step(series: readonly number[]): Promise<Deleted> {
    const id = this.#nextId++;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#threads.tellIngest({ kind: "delete", id, series: Uint32Array.from(series) });
    });
  }
}
