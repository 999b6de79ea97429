/** Pixels of the picture of a course. */
export const WIDTH = 120;
export const HEIGHT = 20;

/** A line through the known values; gaps stay gaps, and a value between two is a dot. */
export function pathOf(values: readonly (number | null)[]): string {
  const known = values.filter((value): value is number => value !== null && Number.isFinite(value));
  const min = known.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const max = known.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const span = max - min || 1;
  let path = "";
  let isDown = false;
  values.forEach((value, i) => {
    if (value === null || !Number.isFinite(value)) {
      isDown = false;
      return;
    }
    const x = values.length === 1 ? WIDTH / 2 : (i / (values.length - 1)) * (WIDTH - 2) + 1;
    const share = max === min ? 0.5 : (value - min) / span;
    const y = HEIGHT - 2 - share * (HEIGHT - 4);
    const point = `${x.toFixed(1)} ${y.toFixed(1)}`;
    path += isDown ? `L${point}` : `M${point}h.01`;
    isDown = true;
  });
  return path;
}

/** The least, greatest and last known value of datapoints, as short texts; dashes where none is known. */
export function summarize(datapoints: readonly (readonly [number | null, number])[]): {
  min: string;
  max: string;
  last: string;
} {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let last: number | null = null;
  for (const [value] of datapoints) {
    if (value === null) continue;
    min = Math.min(min, value);
    max = Math.max(max, value);
    last = value;
  }
  if (last === null) return { min: "–", max: "–", last: "–" };
  return { min: shortNumber(min), max: shortNumber(max), last: shortNumber(last) };
}

/** Six digits are as many as anybody compares. */
export function shortNumber(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(6))) : String(value);
}
