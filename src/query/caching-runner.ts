import type { QueryAnswer, QueryJob, QueryRunner } from "../render/query-job.ts";
import type { AnswerCache } from "./answer-cache.ts";
import type { WatchedAnswer } from "./query-pool.ts";

interface Pool {
  run(job: QueryJob, signal: AbortSignal, isWatched: boolean): Promise<WatchedAnswer>;
}

/** Gives answers about the past again, as long as they are true; asks a query thread for the rest. */
export class CachingRunner implements QueryRunner {
  readonly #pool: Pool;
  readonly #cache: AnswerCache;

  constructor(pool: Pool, cache: AnswerCache) {
    this.#pool = pool;
    this.#cache = cache;
  }

  async run(job: QueryJob, signal: AbortSignal): Promise<QueryAnswer> {
    if (!canBeKept(job)) return this.#pool.run(job, signal, false);
    const { maxAgeSeconds = Number.POSITIVE_INFINITY, source: _source, ...question } = job;
    const key = JSON.stringify(question);
    if (maxAgeSeconds > 0) {
      const found = this.#cache.get(key);
      const isYoung = found !== null && Date.now() / 1000 - found.madeAt <= maxAgeSeconds;
      if (isYoung) return { ...found.answer, isCached: true };
    }
    const { epoch } = this.#cache;
    const { dependencies, threadMs = 0, ...answer } = await this.#pool.run(job, signal, true);
    if (dependencies !== null && answer.status === 200 && answer.problems.length === 0) {
      this.#cache.set(key, answer, dependencies, epoch);
    }
    return { ...answer, threadMs };
  }
}

/**
 * Whether the same request means the same at another time: absolute times, and no function that
 * draws what is not in the store.
 */
function canBeKept(job: QueryJob): job is QueryJob & { kind: "render" } {
  if (job.kind !== "render" || (job.now ?? "") !== "") return false;
  if (!isAbsolute(job.from) || !isAbsolute(job.until)) return false;
  const texts = [...job.targets, ...Object.values(job.variables)];
  return !texts.some((text) => /random|events/i.test(text));
}

/** Seconds since the epoch, YYYYMMDD, or HH:MM_YYYYMMDD. */
function isAbsolute(time: string | undefined): boolean {
  return time !== undefined && /^(?:\d+|\d\d:\d\d_\d{8})$/.test(time);
}
