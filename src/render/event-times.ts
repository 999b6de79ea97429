import { GraphiteError } from "../model/errors.ts";
import type { EventQuestion, SeriesSource } from "./series-source.ts";

const MAX_QUESTIONS = 1000;

/** Events that a request needs. What is not known yet is noted, and taken for none until it is fetched. */
export class EventTimes {
  readonly #source: Pick<SeriesSource, "events">;
  readonly #maxTimes: number;
  readonly #known = new Map<string, readonly number[]>();
  readonly #missing = new Map<string, EventQuestion>();
  #times = 0;

  constructor(source: Pick<SeriesSource, "events">, maxTimes: number) {
    this.#source = source;
    this.#maxTimes = maxTimes;
  }

  get isMissing(): boolean {
    return this.#missing.size > 0;
  }

  /**
   * Of a window, of events with all these tags; without tags of all.
   *
   * @throws GraphiteError ERR_LIMIT_SERIES when a request asks too many different questions
   */
  times(
    tags: readonly string[],
    { from, until }: { from: number; until: number },
  ): readonly number[] {
    const key = `${from} ${until} ${JSON.stringify(tags)}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#known.size + this.#missing.size >= MAX_QUESTIONS && !this.#missing.has(key)) {
      const message = `a request asks for events in at most ${MAX_QUESTIONS} ways`;
      throw new GraphiteError("ERR_LIMIT_SERIES", message);
    }
    this.#missing.set(key, { tags: tags.length === 0 ? null : tags, from, until });
    return [];
  }

  /** @throws GraphiteError ERR_LIMIT_DATAPOINTS */
  async fetch(): Promise<void> {
    if (!this.isMissing) return;
    const missing = [...this.#missing];
    this.#missing.clear();
    const found = await this.#source.events(missing.map(([, question]) => question));
    missing.forEach(([key], i) => {
      const times = found[i] ?? [];
      this.#times += times.length;
      this.#known.set(key, times);
    });
    if (this.#times > this.#maxTimes) {
      const message = `these are more than ${this.#maxTimes} events: ask for a shorter range`;
      throw new GraphiteError("ERR_LIMIT_DATAPOINTS", message);
    }
  }
}
