/** Buckets of `step` seconds from `start` to `end`, seconds. */
export interface Grid {
  start: number;
  end: number;
  step: number;
}

/** Steps that an answer is thinned out to, in seconds, as far as they are multiples of its level's. */
const STEPS = [
  10, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10_800, 14_400, 21_600, 28_800,
  43_200, 86_400,
];

/**
 * The grid that istatd answers a range on: whole buckets of the level's step, or of a longer one so
 * that there are at most `maxSamples` (0: any number) of them. The edges are rounded after the step
 * was chosen, so there may be one or two more. One sample is one bucket, of a length that divides
 * its start.
 */
export function gridFor(start: number, end: number, levelStep: number, maxSamples: number): Grid {
  const level = rounded(start, Math.max(end, start + 1), levelStep);
  const seconds = level.end - level.start;
  if (maxSamples === 1) {
    const one = rounded(level.start, level.end, seconds);
    return { ...one, step: one.end - one.start };
  }
  if (maxSamples === 0 || seconds / levelStep <= maxSamples) return level;
  const fitting = STEPS.filter((step) => step > levelStep && step % levelStep === 0);
  let step = fitting.find((one) => Math.floor(seconds / one) <= maxSamples) ?? fitting.at(-1) ?? 0;
  if (step === 0) {
    step = Math.ceil(Math.floor(seconds / maxSamples) / levelStep) * levelStep;
    if (step < 2 * levelStep) return level;
  }
  return rounded(level.start, level.end, step);
}

function rounded(start: number, end: number, step: number): Grid {
  return { start: Math.floor(start / step) * step, end: Math.ceil(end / step) * step, step };
}
