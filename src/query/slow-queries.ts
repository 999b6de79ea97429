import type { QueryAnswer, QueryJob, QueryRunner } from "../render/query-job.ts";

/** A question that took long. */
export interface SlowQuery {
  /** When it was asked, seconds since the epoch. */
  time: number;
  kind: string;
  /** What was asked, shortened. */
  text: string;
  /** From being asked to being answered. */
  milliseconds: number;
  /** Of these, what a query thread worked on it; null where it did not come to an end. */
  threadMilliseconds: number | null;
  /** How it ended; null for well. */
  error: string | null;
}

const MAX_KEPT = 50;
const MAX_TEXT = 500;
/** Older ones make room for anything. */
const MAX_AGE_SECONDS = 3600;
/** Faster ones are not worth a place. */
const MIN_MS = 50;

/** Passes questions on, and keeps the slowest of the last hour. */
export class SlowQueries implements QueryRunner {
  readonly #runner: QueryRunner;
  readonly #now: () => number;
  #kept: SlowQuery[] = [];

  constructor(runner: QueryRunner, now: () => number = () => Date.now() / 1000) {
    this.#runner = runner;
    this.#now = now;
  }

  async run(job: QueryJob, signal: AbortSignal): Promise<QueryAnswer> {
    const began = performance.now();
    try {
      const answer = await this.#runner.run(job, signal);
      this.#note(job, began, answer.threadMs ?? 0, null);
      return answer;
    } catch (error) {
      this.#note(job, began, null, error instanceof Error ? error.message : String(error));
      throw error;
    }
  }

  /** The slowest first. */
  get list(): SlowQuery[] {
    const oldest = this.#now() - MAX_AGE_SECONDS;
    return this.#kept
      .filter(({ time }) => time >= oldest)
      .sort((a, b) => b.milliseconds - a.milliseconds);
  }

  #note(job: QueryJob, began: number, threadMs: number | null, error: string | null): void {
    const milliseconds = performance.now() - began;
    if (milliseconds < MIN_MS) return;
    const kept = this.list;
    if (kept.length >= MAX_KEPT) {
      if (kept.at(-1)!.milliseconds >= milliseconds) return;
      kept.pop();
    }
    const { kind, text } = describeJob(job);
    const time = this.#now() - milliseconds / 1000;
    const threadMilliseconds = threadMs === null ? null : Math.round(threadMs);
    const shown = { time, kind, text, milliseconds: Math.round(milliseconds), threadMilliseconds };
    this.#kept = [...kept, { ...shown, error: error?.slice(0, MAX_TEXT) ?? null }];
  }
}

/** What a question is about, without what is the same for most. */
function describeJob(job: QueryJob): { kind: string; text: string } {
  const kind = "ask" in job ? `${job.kind} ${job.ask}` : job.kind;
  const { kind: _kind, ...rest } = job;
  const text = job.kind === "render" ? job.targets.join(" & ") : JSON.stringify(rest);
  return { kind, text: text.slice(0, MAX_TEXT) };
}
