/** One thing that was refused, for the log. */
export interface RefusalSample {
  protocol: string;
  reason: string;
  sample: string;
  /** How often since the last sample of this kind. */
  count: number;
}

/** Characters of a stranger's line that a log line shows. */
const SAMPLE_LENGTH = 200;
const SAMPLE_MS = 1000;

/**
 * Counts refusals by protocol and reason, and lets at most one sample a second of each kind through
 * to the log: bad input costs a counter, not a disk.
 */
export class RefusalLog {
  readonly #counts = new Map<string, number>();
  readonly #last = new Map<string, { at: number; count: number }>();
  readonly #log: (sample: RefusalSample) => void;
  readonly #now: () => number;

  constructor(log: (sample: RefusalSample) => void, now: () => number = () => performance.now()) {
    this.#log = log;
    this.#now = now;
  }

  /** The counter of one protocol. */
  forProtocol(protocol: string): {
    refuse: (reason: string, sample?: () => string) => void;
  } {
    return { refuse: (reason, sample) => this.#refuse(protocol, reason, sample) };
  }

  /** Counts by "protocol reason". */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  #refuse(protocol: string, reason: string, sample?: () => string): void {
    const key = `${protocol} ${reason}`;
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    const last = this.#last.get(key);
    const now = this.#now();
    if (last !== undefined && now - last.at < SAMPLE_MS) return;
    this.#last.set(key, { at: now, count });
    this.#log({
      protocol,
      reason,
      sample: printable(sample?.() ?? ""),
      count: count - (last?.count ?? 0),
    });
  }
}

function printable(text: string): string {
  const shown = text.length > SAMPLE_LENGTH ? `${text.slice(0, SAMPLE_LENGTH)}…` : text;
  return shown.replace(
    /[\x00-\x1f\x7f]/g,
    (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}
