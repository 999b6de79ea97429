import type { EventTags } from "./event-index.ts";

/** Up to where somebody knows the changes of events. */
export interface EventPosition {
  epoch: number;
  count: number;
}

/** What somebody needs to know all events. */
export interface NewsOfEvents {
  position: EventPosition;
  /** What is known already is to be forgotten first. */
  isReset: boolean;
  /** Events that came, and numbers of events that went, in order. */
  changes: (EventTags | number)[];
}

/** Changes that may be kept beyond twice the events that there are. */
const SPARE_CHANGES = 1000;

/** The changes of events in order, so that each query thread asks for those only that it has not seen. */
export class EventNews {
  readonly #all: () => readonly EventTags[];
  #changes: (EventTags | number)[] | null = null;
  #epoch = 0;
  #limit = 0;

  /** `all` gives the events that there are. */
  constructor(all: () => readonly EventTags[]) {
    this.#all = all;
  }

  push(change: EventTags | number): void {
    // Nobody has asked yet.
    if (this.#changes === null) return;
    this.#changes.push(change);
    if (this.#changes.length > this.#limit) this.#changes = null;
  }

  since(position: EventPosition | null): NewsOfEvents {
    if (this.#changes === null) {
      this.#changes = this.#all().map(({ id, when, tags }) => ({ id, when, tags }));
      this.#limit = 2 * this.#changes.length + SPARE_CHANGES;
      this.#epoch++;
    }
    const isReset = position?.epoch !== this.#epoch;
    return {
      position: { epoch: this.#epoch, count: this.#changes.length },
      isReset,
      changes: this.#changes.slice(isReset ? 0 : position.count),
    };
  }
}
