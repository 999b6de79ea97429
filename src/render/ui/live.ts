import { cutAtEnd } from "../../model/consolidation.ts";
import { parseTarget } from "../../target/parse-target.ts";
import {
  brokenTargets,
  deadline,
  evaluateTargets,
  type Target,
  targetOf,
  toGraphiteError,
} from "../evaluate-targets.ts";
import { NumberWriter } from "../formats/number-writer.ts";
import type { RenderLimits } from "../render.ts";
import type { SeriesSource } from "../series-source.ts";

/** Series of one live stream; it is asked for every second. */
const MAX_SERIES = 500;
const MAX_DATAPOINTS = 500_000;
const MAX_SECONDS = 10;

/**
 * The newest points of targets, as two lines of JSON: what is wrong with targets, and the series.
 * Gaps are null.
 *
 * @throws GraphiteError when a limit is passed
 */
export async function livePoints(
  targets: readonly string[],
  window: { from: number; until: number },
  source: SeriesSource,
  timeZone: string,
  limits: RenderLimits,
): Promise<Uint8Array> {
  const own = {
    maxSeries: Math.min(MAX_SERIES, limits.maxSeries),
    maxDatapoints: Math.min(MAX_DATAPOINTS, limits.maxDatapoints),
    seconds: Math.min(MAX_SECONDS, limits.seconds),
  };
  const asked = targets.map((text) => parsed(text, window));
  const options = {
    timeZone,
    now: window.until,
    xFilesFactor: 0,
    maxDatapoints: own.maxDatapoints,
    checkTime: deadline(own.seconds),
  };
  await evaluateTargets(asked, source, options, { limits: own });
  const errors = brokenTargets(asked).map(({ target, column, reason }) => ({
    target,
    message: reason,
    column,
  }));
  const out = new NumberWriter();
  out.text(`${JSON.stringify(errors)}\n[`);
  let isFirst = true;
  for (const { text, result } of asked) {
    for (const series of result) {
      const { name, start, step, values } = cutAtEnd(series);
      if (!isFirst) out.text(",");
      isFirst = false;
      out.text(`${JSON.stringify({ target: text, name, start, step }).slice(0, -1)},"values":[`);
      values.forEach((value, i) => {
        if (i > 0) out.text(",");
        out.number(value);
      });
      out.text("]}");
    }
  }
  out.text("]");
  return out.finish();
}

function parsed(text: string, window: { from: number; until: number }): Target {
  try {
    return targetOf(text, parseTarget(text).expression, window);
  } catch (error) {
    return { ...targetOf(text, null, window), error: toGraphiteError(error) };
  }
}
