import { deadline } from "../evaluate-targets.ts";
import type { QueryAnswer } from "../query-job.ts";
import type { RenderLimits } from "../render.ts";
import type { SeriesSource } from "../series-source.ts";
import { eachBucket, numberText } from "./bucket-text.ts";
import { type CounterBuckets, type Range, readCounter } from "./buckets.ts";
import { counterNamed, MAX_BUCKETS } from "./counter.ts";
import { istatAnswer } from "./istat-answer.ts";

/** Many counters over one range. */
export interface MultiGetRequest extends Range {
  keys: readonly string[];
  /** Buckets as lists and not as objects. */
  isCompact: boolean;
}

/**
 * Answers `POST /*`: first the keys that are no counters, then each counter once, under the spelling
 * that was asked for last, and at the end the grid of the last one.
 *
 * @throws GraphiteError ERR_LIMIT_DATAPOINTS, ERR_LIMIT_SECONDS
 */
export async function answerMultiGet(
  request: MultiGetRequest,
  source: SeriesSource,
  limits: RenderLimits,
): Promise<QueryAnswer> {
  const checkTime = deadline(limits.seconds);
  const missing: string[] = [];
  const counters = new Map<number, { key: string; text: string; grid: CounterBuckets }>();
  let left = Math.min(MAX_BUCKETS, limits.maxDatapoints);
  for (const key of request.keys) {
    checkTime();
    const leaf = await counterNamed([key], source);
    if (leaf === null) {
      missing.push(`${JSON.stringify(key)}:"Not found."`);
      continue;
    }
    const known = counters.get(leaf.series);
    if (known !== undefined) {
      known.key = key;
      continue;
    }
    const grid = readCounter(leaf, request, source, left);
    left -= grid.buckets.count.length;
    counters.set(leaf.series, { key, text: counterText(grid, request.isCompact), grid });
  }
  const found = [...counters.values()];
  const parts = [...missing, ...found.map(({ key, text }) => `${JSON.stringify(key)}:${text}`)];
  const last = found.at(-1)?.grid;
  if (last !== undefined) {
    parts.push(`"start":${last.start},"stop":${last.end},"interval":${last.step}`);
  }
  return istatAnswer(`{${parts.join(",")}}`);
}

function counterText(counter: CounterBuckets, isCompact: boolean): string {
  const rows: string[] = [];
  eachBucket(counter, ({ time, count, min, max, sum, sumsq, avg, sdev }) => {
    const numbers = [min, max, sum, sumsq, avg, sdev].map(numberText);
    rows.push(
      isCompact
        ? `[${time},${count},${numbers.join(",")}]`
        : `{"time":${time},"count":${count},"min":${numbers[0]},"max":${numbers[1]},"sum":${numbers[2]},"sumsq":${numbers[3]},"avg":${numbers[4]},"sdev":${numbers[5]}}`,
    );
  });
  const { start, end, step } = counter;
  return `{"start":${start},"end":${end},"interval":${step},"data":[${rows.join(",")}]}`;
}
