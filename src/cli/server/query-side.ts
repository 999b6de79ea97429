import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import type { MessagePort } from "node:worker_threads";
import type { Logger } from "pino";
import type { Settings } from "../../config/settings.ts";
import type { Documents } from "../../documents/documents.ts";
import type { AnswerCache } from "../../query/answer-cache.ts";
import { CachingRunner } from "../../query/caching-runner.ts";
import { AllNames } from "../../query/outside/all-names.ts";
import { QueryPool, queryThreadCount } from "../../query/query-pool.ts";
import { SlowQueries } from "../../query/slow-queries.ts";
import type { TagKeeper } from "../../query/tags/tag-keeper.ts";
import { watchedCache } from "../../query/watched-cache.ts";
import type { QueryRunner } from "../../render/query-job.ts";
import { ReaderEpochs } from "../../storage/store-memory.ts";
import type { OutsideSide } from "./outside-side.ts";
import type { SharedMemory } from "./reserve-memory.ts";

const LIMITS = { maxSeries: 100_000, maxDatapoints: 50_000_000, seconds: 60 };

/** What the query threads need of the server. */
export interface QueryDoors {
  documents: Documents;
  tags: TagKeeper;
  outside: OutsideSide;
  /** Gives the store thread the other end of a port that it tells its news by. */
  connect(port: MessagePort): void;
  onDamage(file: string, reason: string): void;
}

/** The query threads, with the cache of answers in front. */
export class QuerySide {
  readonly #settings: Settings;
  readonly #log: Logger;
  readonly #pool: QueryPool;
  readonly #cache: AnswerCache | null;
  readonly runner: QueryRunner;
  /** What took long of what was asked. */
  readonly slow: SlowQueries;

  constructor(
    settings: Settings,
    folder: string,
    { memory, names, tags }: SharedMemory,
    doors: QueryDoors,
    log: Logger,
  ) {
    this.#settings = settings;
    this.#log = log;
    const { timeZone, responseCacheMb } = settings;
    const epochs = new ReaderEpochs(memory.epochs);
    const { stores } = doors.outside;
    const allNames = new AllNames(
      names,
      stores.map((store) => store.memory),
    );
    const limits = LIMITS;
    const rules = this.#ruleTexts();
    this.#pool = new QueryPool({
      threads: queryThreadCount(availableParallelism()),
      data: { memory, names, tags, folder, timeZone, limits, rules, outside: stores },
      names: allNames,
      tags: doors.tags,
      connect: doors.connect,
      eventsSince: (position) => doors.documents.events.since(position),
      unpin: (reader) => epochs.unpin(reader),
      onDamage: (file, reason) => {
        // A thread that has met the damage answers without the file.
        this.forget();
        doors.onDamage(file, reason);
      },
      onOutside: (path, reason) => doors.outside.onUnreadable(path, reason),
      onCrash: (error) => log.error({ err: error }, "a query thread crashed"),
    });
    this.#cache =
      responseCacheMb > 0
        ? watchedCache(memory, allNames, responseCacheMb * 2 ** 20, doors.connect)
        : null;
    const runner = this.#cache === null ? this.#pool : new CachingRunner(this.#pool, this.#cache);
    this.slow = new SlowQueries(runner);
    this.runner = this.slow;
  }

  /** The past has changed: no answer of before is given again. */
  forget(): void {
    this.#cache?.clear();
  }

  /** The files of rules were found good; they are read anew. */
  reload(): void {
    try {
      this.#pool.setRules(this.#ruleTexts());
      this.forget();
      this.#log.info("configuration reloaded");
    } catch (error) {
      this.#log.error({ err: error }, "queries keep the old rules");
    }
  }

  get numbers(): Record<string, number> {
    return {
      query_jobs: this.#pool.jobs,
      query_queue: this.#pool.queueLength,
      response_cache_hits: this.#cache?.hits ?? 0,
      response_cache_misses: this.#cache?.misses ?? 0,
      response_cache_stale: this.#cache?.stale ?? 0,
      response_cache_bytes: this.#cache?.bytes ?? 0,
      query_thread_restarts: this.#pool.restarts,
    };
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  #ruleTexts(): { schemas: string | null; aggregation: string | null } {
    const read = (path: string | null): string | null =>
      path === null ? null : readFileSync(path, "utf8");
    return { schemas: read(this.#settings.schemas), aggregation: read(this.#settings.aggregation) };
  }
}
