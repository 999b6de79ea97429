/** A stretch of time in seconds: [from, until). */
export interface Span {
  from: number;
  until: number;
}

/** The span of its kind that holds `time`, seconds since the epoch. UTC. */
export type SpanOf = (time: number) => Span;

const HOUR = 3600;
const DAY = 86_400;

const fixed =
  (seconds: number): SpanOf =>
  (time) => {
    const from = Math.floor(time / seconds) * seconds;
    return { from, until: from + seconds };
  };

const twoHours = fixed(2 * HOUR);
const quarterDay = fixed(6 * HOUR);
const day = fixed(DAY);

const month: SpanOf = (time) => {
  const date = new Date(time * 1000);
  const year = date.getUTCFullYear();
  const number = date.getUTCMonth();
  return { from: Date.UTC(year, number) / 1000, until: Date.UTC(year, number + 1) / 1000 };
};
const years =
  (count: number): SpanOf =>
  (time) => {
    const year = new Date(time * 1000).getUTCFullYear();
    const first = year - (year % count);
    return { from: Date.UTC(first, 0) / 1000, until: Date.UTC(first + count, 0) / 1000 };
  };

/**
 * The spans over which files of a tier are merged, one level after the other; the last one is
 * final. Chosen so that a block of a final file has about 1,000 to 20,000 slots. What is kept for
 * less than a day is merged once, so that it can go in time.
 */
export function mergeLevels(step: number, retention: number): readonly SpanOf[] {
  if (retention < DAY) return step > HOUR ? [day] : [twoHours];
  if (step < 5) return [twoHours, quarterDay];
  if (step <= 60) return [twoHours, day];
  if (step <= 600) return [twoHours, day, month];
  if (step <= 1800) return [day, month];
  if (step <= 6 * HOUR) return [day, month, years(1)];
  return [month, years(1), years(10)];
}

/** Seconds after its end at which a span of a level is merged: late data have come by then. */
export function mergeDelay(level: number): number {
  return level === 1 ? 900 : 2 * HOUR;
}

/**
 * The span that a stray of time `time` is filed under: of the finest level that has not been merged
 * yet at `now`, so that the file lies in one span of every level that may still take it up.
 */
export function straySpan(step: number, retention: number, time: number, now: number): Span {
  const levels = mergeLevels(step, retention);
  for (let i = 0; i < levels.length - 1; i++) {
    const span = levels[i]!(time);
    if (now < span.until + mergeDelay(i + 1)) return span;
  }
  return levels.at(-1)!(time);
}

/** The final spans of a tier that [from, until) lies in, seconds. */
export function* finalSpans(
  step: number,
  retention: number,
  from: number,
  until: number,
): Generator<Span> {
  const spanOf = mergeLevels(step, retention).at(-1)!;
  for (let span = spanOf(from); span.from < until; span = spanOf(span.until)) yield span;
}

/** The highest level whose span lies within [span.from, span.until); 0 for none. */
export function coveredLevel(step: number, retention: number, span: Span): number {
  const levels = mergeLevels(step, retention);
  let covered = 0;
  levels.forEach((spanOf, i) => {
    const own = spanOf(span.from);
    if (own.from >= span.from && own.until <= span.until) covered = i + 1;
  });
  return covered;
}

/** Whether a merge of a higher level that is due within `seconds` may take a file in. */
export function isMergedWithin(
  {
    step,
    retention,
    level,
    from,
  }: { step: number; retention: number; level: number; from: number },
  now: number,
  seconds: number,
): boolean {
  return mergeLevels(step, retention).some((spanOf, i) => {
    const due = spanOf(from).until + mergeDelay(i + 1);
    return i >= level && due > now && due <= now + seconds;
  });
}
