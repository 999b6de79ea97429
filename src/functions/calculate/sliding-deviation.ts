import type { Slide } from "./sliding-fold.ts";

/** How many values there are, their mean, and the sum of their squared distances to it. */
class Moments {
  count = 0;
  mean = 0;
  squares = 0;

  add(value: number): void {
    this.count++;
    const distance = value - this.mean;
    this.mean += distance / this.count;
    this.squares += distance * (value - this.mean);
  }
}

/**
 * The standard deviation, in blocks as `slideFold` does it: differences of large sums of
 * squares would lose the digits that matter.
 */
export const slideDeviation: Slide = (values, skipped, points, result) => {
  const { length } = values;
  const size = Math.min(points, length);
  const counts = new Float64Array(size);
  const means = new Float64Array(size);
  const squares = new Float64Array(size);
  for (let block = 0; block < length; block += points) {
    const next = Math.min(length, block + points);
    const beginning = new Moments();
    for (let i = block; i < next; i++) {
      if (!Number.isNaN(values[i]!)) beginning.add(values[i]!);
      if (i < skipped) continue;
      const from = i - block + 1;
      const hasEnd = block > 0 && from < points;
      const count = hasEnd ? counts[from]! : 0;
      const all = count + beginning.count;
      let sum = beginning.squares;
      if (count > 0) {
        const distance = means[from]! - beginning.mean;
        sum += squares[from]! + (distance * distance * count * beginning.count) / all;
      }
      result[i - skipped] = Math.sqrt(sum / all);
    }
    if (next === length) break;
    const end = new Moments();
    for (let i = next - 1; i >= block; i--) {
      if (!Number.isNaN(values[i]!)) end.add(values[i]!);
      counts[i - block] = end.count;
      means[i - block] = end.mean;
      squares[i - block] = end.squares;
    }
  }
};
