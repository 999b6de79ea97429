/** Who has created series since the start. */
export interface SeriesCreator {
  /** Host of the sender; `udp` for all datagrams, `server` for what the server stores of itself. */
  sender: string;
  series: number;
  /** When it created the last one, seconds. */
  last: number;
}

const MAX_SENDERS = 1000;
const MAX_SHOWN = 50;

/** Counts new series by who sends: the sender is noted once a chunk, and looked at for new names only. */
export class SeriesCreators {
  /** Whose bytes are being read. */
  sender = "server";
  readonly #now: () => number;
  readonly #counts = new Map<string, { series: number; last: number }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  created(): void {
    const known = this.#counts.get(this.sender);
    if (known !== undefined) {
      known.series++;
      known.last = this.#now();
      return;
    }
    // Who has created least makes room.
    if (this.#counts.size >= MAX_SENDERS) {
      let [least, fewest] = ["", Number.POSITIVE_INFINITY];
      for (const [sender, { series }] of this.#counts) {
        if (series < fewest) [least, fewest] = [sender, series];
      }
      this.#counts.delete(least);
    }
    this.#counts.set(this.sender, { series: 1, last: this.#now() });
  }

  /** Those that created most, first. */
  get top(): SeriesCreator[] {
    return [...this.#counts]
      .map(([sender, count]) => ({ sender, ...count }))
      .sort((a, b) => b.series - a.series)
      .slice(0, MAX_SHOWN);
  }
}
