/** How fast the forecast follows the level, the slope and the season. */
const ALPHA = 0.1;
const BETA = 0.0035;
const GAMMA = 0.1;

export interface HoltWinters {
  predictions: Float64Array;
  deviations: Float64Array;
}

/**
 * Triple exponential smoothing (Holt-Winters, additive): what each value would be if level, slope
 * and season went on, and how far predictions have been off at that time of the season. After a gap
 * nothing is predicted for one step, and the level begins anew.
 *
 * @param season length in values
 */
export function holtWintersOf(values: Float64Array, season: number): HoltWinters {
  const { length } = values;
  const predictions = new Float64Array(length);
  const deviations = new Float64Array(length);
  const seasonals = new Float64Array(length);
  let level = Number.NaN;
  let slope = 0;
  let next = values[0] ?? Number.NaN;
  for (let i = 0; i < length; i++) {
    const actual = values[i]!;
    predictions[i] = next;
    if (Number.isNaN(actual)) {
      level = Number.NaN;
      slope = 0;
      next = Number.NaN;
      continue;
    }
    const before = Number.isNaN(level) ? actual : level;
    const seasonal = i >= season ? seasonals[i - season]! : 0;
    const deviation = i >= season ? deviations[i - season]! : 0;
    const predicted = Number.isNaN(next) ? 0 : next;
    level = ALPHA * (actual - seasonal) + (1 - ALPHA) * (before + slope);
    slope = BETA * (level - before) + (1 - BETA) * slope;
    seasonals[i] = GAMMA * (actual - level) + (1 - GAMMA) * seasonal;
    deviations[i] = GAMMA * Math.abs(actual - predicted) + (1 - GAMMA) * deviation;
    next = level + slope + (i + 1 >= season ? seasonals[i + 1 - season]! : 0);
  }
  return { predictions, deviations };
}
