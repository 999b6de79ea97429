import { EventIndex, type EventTags } from "../model/event-index.ts";
import type { EventPosition, NewsOfEvents } from "../model/event-news.ts";
import type { EventQuestion } from "../render/series-source.ts";

/** The events as a query thread knows them; before they are asked for, it asks what is new. */
export class EventCopy {
  readonly #ask: (position: EventPosition | null) => void;
  #index = new EventIndex<EventTags>();
  #position: EventPosition | null = null;
  #waiting: (() => void)[] = [];

  /** `ask` is answered by a call of `apply`, later. */
  constructor(ask: (position: EventPosition | null) => void) {
    this.#ask = ask;
  }

  async answer(questions: readonly EventQuestion[]): Promise<number[][]> {
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      this.#ask(this.#position);
    });
    return questions.map(({ tags, from, until }) =>
      this.#index.find(tags, "known", from, until).map(({ when }) => when),
    );
  }

  apply({ position, isReset, changes }: NewsOfEvents): void {
    if (isReset) this.#index = new EventIndex();
    for (const change of changes) {
      if (typeof change === "number") this.#index.remove(change);
      else this.#index.add(change);
    }
    this.#position = position;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
