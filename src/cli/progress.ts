import { durationText } from "./units.ts";

/** Where progress is shown: stderr, so that stdout belongs to the result. */
export interface ProgressStream {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

const REDRAW_MS = 100;
const LINE_MS = 10_000;
const MAX_BAR_CELLS = 30;
const MIN_BAR_CELLS = 5;
const DEFAULT_COLUMNS = 80;

/** Shows how far a long piece of work is: a bar on a terminal, elsewhere a line every ten seconds. */
export class Progress {
  readonly #title: string;
  readonly #amountText: (amount: number) => string;
  readonly #stream: ProgressStream;
  readonly #clock: () => number;
  readonly #startMs: number;
  #shownMs: number;
  #isDrawn = false;

  /** `amountText` writes an amount of the work, such as bytes; `clock` is in milliseconds. */
  constructor(
    title: string,
    amountText: (amount: number) => string,
    stream: ProgressStream = process.stderr,
    clock: () => number = () => performance.now(),
  ) {
    this.#title = title;
    this.#amountText = amountText;
    this.#stream = stream;
    this.#clock = clock;
    this.#startMs = clock();
    this.#shownMs = this.#startMs;
  }

  update(done: number, total: number): void {
    const now = this.#clock();
    const isTerminal = this.#stream.isTTY === true;
    if (now - this.#shownMs < (isTerminal ? REDRAW_MS : LINE_MS)) return;
    this.#shownMs = now;
    const share = total > 0 ? Math.min(1, done / total) : 1;
    const facts = this.#facts(done, total, share, (now - this.#startMs) / 1000);
    if (isTerminal) {
      const room = (this.#stream.columns ?? DEFAULT_COLUMNS) - 1;
      const spare = room - this.#title.length - facts.length - 4;
      const cells = Math.max(MIN_BAR_CELLS, Math.min(MAX_BAR_CELLS, spare));
      const filled = Math.round(share * cells);
      const bar = `[${"#".repeat(filled)}${"-".repeat(cells - filled)}]`;
      const line = `${this.#title} ${bar} ${facts}`;
      this.#stream.write(`\r${line.slice(0, room)}\u001b[K`);
      this.#isDrawn = true;
    } else {
      this.#stream.write(`${this.#title}: ${facts}\n`);
    }
  }

  /** Takes the bar away, so that something else can be printed; the next update draws it anew. */
  clear(): void {
    if (this.#isDrawn) this.#stream.write("\r\u001b[K");
    this.#isDrawn = false;
  }

  #facts(done: number, total: number, share: number, seconds: number): string {
    const rate = seconds > 0 ? done / seconds : 0;
    const left = rate > 0 ? `, ${durationText((total - done) / rate)} left` : "";
    const amounts = `${this.#amountText(done)} of ${this.#amountText(total)}`;
    return `${Math.floor(share * 100)}%, ${amounts}, ${this.#amountText(rate)}/s${left}`;
  }
}
