import type { PrometheusSeries } from "../../model/prometheus-name.ts";

/** Values by the number of a series, at one moment. */
export interface MetricValues {
  values: Float64Array;
  /** Of the samples of gauges, seconds. */
  times: Float64Array;
  /** When something came last, seconds. */
  heard: Float64Array;
  /** Numbers that mean a series now, and those that mean none any more. */
  news: readonly (readonly [number: number, series: PrometheusSeries | null])[];
  /** Samples that found no room. */
  dropped: number;
}

interface KnownSeries {
  number: number;
  metric: string;
  /** Name and labels as they are written. */
  text: string;
  isEvent: boolean;
  /** In which answer it came. */
  since: number;
}

/** Samples that found no room; nobody else's metric has this name. */
const DROPPED = "istatd_agent_dropped_metrics";
const CHUNK_LENGTH = 1 << 16;
/** Counters have the time of the scrape, rounded down to this, as istatd's. */
const COUNTER_SECONDS = 5;
/** Names and labels that need no quotes. */
const PLAIN_METRIC = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const PLAIN_LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/**
 * The series that have been received, by metric, as the exposition format of Prometheus writes
 * them. Names that have other characters than that had before its version 3 are written in quotes,
 * as that version does.
 */
export class Exposition {
  readonly #byNumber: (KnownSeries | undefined)[] = [];
  readonly #metrics = new Map<string, Set<KnownSeries>>();
  readonly #droppedText: string;
  #answers = 0;

  /** `host` is this machine, in the series of what was dropped. */
  constructor(host: string) {
    this.#droppedText = textOf({
      metric: DROPPED,
      labels: [
        ["host", host],
        ["counter", "1"],
      ],
      isEvent: true,
    });
  }

  /**
   * Text of the values, in pieces of some 64 KiB: all series of a metric together, below their type.
   * Gauges that got nothing for `gaugeSeconds` are left out.
   */
  text(answer: MetricValues, now: number, gaugeSeconds: number): Generator<string> {
    this.#answers++;
    for (const [number, series] of answer.news) this.#learn(number, series);
    return this.#pieces(answer, now, gaugeSeconds, this.#answers);
  }

  *#pieces(
    { values, times, heard, dropped }: MetricValues,
    now: number,
    gaugeSeconds: number,
    answer: number,
  ): Generator<string> {
    const eventMs = (now - (now % COUNTER_SECONDS)) * 1000;
    let text = "";
    if (dropped > 0) {
      text = `# TYPE ${DROPPED} counter\n${this.#droppedText} ${dropped} ${eventMs}\n`;
    }
    for (const [metric, all] of this.#metrics) {
      if (metric === DROPPED) continue;
      let hasHead = false;
      for (const { number, text: name, isEvent, since } of all) {
        // Numbers may have got another meaning while this is being sent.
        if (since > answer) continue;
        if (!isEvent && now - heard[number]! > gaugeSeconds) continue;
        if (!hasHead) text += `# TYPE ${quotedUnless(PLAIN_METRIC, metric)} ${typeOf(all)}\n`;
        hasHead = true;
        const ms = isEvent ? eventMs : times[number]! * 1000;
        text += `${name} ${numberText(values[number]!)} ${ms}\n`;
        if (text.length < CHUNK_LENGTH) continue;
        yield text;
        text = "";
      }
    }
    yield text;
  }

  #learn(number: number, series: PrometheusSeries | null): void {
    const before = this.#byNumber[number];
    if (before !== undefined) {
      const all = this.#metrics.get(before.metric);
      all?.delete(before);
      if (all?.size === 0) this.#metrics.delete(before.metric);
    }
    this.#byNumber[number] = undefined;
    if (series === null) return;
    const { metric, isEvent } = series;
    const known = { number, metric, text: textOf(series), isEvent, since: this.#answers };
    this.#byNumber[number] = known;
    const all = this.#metrics.get(metric) ?? new Set();
    this.#metrics.set(metric, all.add(known));
  }
}

/** A metric has one type; events and gauges of one name are neither. */
function typeOf(all: ReadonlySet<KnownSeries>): string {
  let events = 0;
  let seen = 0;
  for (const { isEvent } of all) {
    seen++;
    if (isEvent) events++;
    if (events !== 0 && events !== seen) return "untyped";
  }
  return events === 0 ? "gauge" : "counter";
}

function textOf({ metric, labels }: PrometheusSeries): string {
  const isPlain = PLAIN_METRIC.test(metric);
  const inside = labels.map(
    ([name, value]) => `${quotedUnless(PLAIN_LABEL, name)}="${escaped(value)}"`,
  );
  if (!isPlain) inside.unshift(quotedUnless(PLAIN_METRIC, metric));
  const braces = inside.length === 0 ? "" : `{${inside.join(",")}}`;
  return isPlain ? metric + braces : braces;
}

function quotedUnless(plain: RegExp, name: string): string {
  return plain.test(name) ? name : `"${escaped(name)}"`;
}

function escaped(text: string): string {
  return text.replace(/[\\"\n]/g, (character) => (character === "\n" ? "\\n" : `\\${character}`));
}

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  return value === Number.NEGATIVE_INFINITY ? "-Inf" : String(value);
}
