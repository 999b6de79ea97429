import { withChanges } from "../../model/time-series.ts";
import { defineFunction } from "../define.ts";
import { integer, series } from "../params.ts";
import { pairOf } from "./pair.ts";
import { SortedWindow } from "./sorted-window.ts";

export const kolmogorovSmirnovTest2 = defineFunction({
  name: "kolmogorovSmirnovTest2",
  aliases: ["ksTest2"],
  group: "Calculate",
  origin: "carbonapi",
  doc:
    "How likely it is that two series are alike in distribution, over a window of points that " +
    "moves along: the p-value of the Kolmogorov-Smirnov test of two samples.",
  params: { seriesA: series, seriesB: series, window: integer },
  evaluate: ({ seriesA, seriesB, window }, { xFilesFactor }) => {
    const pair = pairOf("kolmogorovSmirnovTest2", seriesA, seriesB, window, xFilesFactor);
    if (pair === null) return [];
    const { a, b, result } = pair;
    return [withChanges(result, { values: probabilities(a, b, window) })];
  },
});

/** The first full window gives nothing yet, as in carbonapi. */
function probabilities(a: Float64Array, b: Float64Array, window: number): Float64Array {
  const values = new Float64Array(a.length).fill(Number.NaN);
  if (window >= a.length) return values;
  const sortedA = new SortedWindow(window);
  const sortedB = new SortedWindow(window);
  for (let i = 0; i < a.length; i++) {
    if (i >= window) {
      sortedA.remove(a[i - window]!);
      sortedB.remove(b[i - window]!);
    }
    sortedA.add(a[i]!);
    sortedB.add(b[i]!);
    if (i >= window) values[i] = probabilityOf(sortedA, sortedB);
  }
  return values;
}

/** NaN when a sample is empty. */
function probabilityOf(a: SortedWindow, b: SortedWindow): number {
  if (a.length === 0 || b.length === 0) return Number.NaN;
  const size = (a.length * b.length) / (a.length + b.length);
  return kolmogorov(greatestDistance(a, b) * Math.sqrt(size));
}

/** The greatest distance between the two shares of values that are not above some value. */
function greatestDistance(a: SortedWindow, b: SortedWindow): number {
  let i = 0;
  let j = 0;
  let greatest = 0;
  while (i < a.length && j < b.length) {
    const value = Math.min(a.values[i]!, b.values[j]!);
    while (i < a.length && a.values[i] === value) i++;
    while (j < b.length && b.values[j] === value) j++;
    greatest = Math.max(greatest, Math.abs(i / a.length - j / b.length));
  }
  return greatest;
}

/** Kolmogorov's distribution from above: 2 Σ (-1)^(k-1) e^(-2 k² x²). */
function kolmogorov(x: number): number {
  // Below this it is 1 to twelve digits, and the sum would be long.
  if (x < 0.2) return 1;
  let sum = 0;
  for (let k = 1; k <= 100; k++) {
    const term = Math.exp(-2 * k * k * x * x);
    sum += k % 2 === 1 ? term : -term;
    if (term < 1e-17) break;
  }
  return Math.max(0, Math.min(1, 2 * sum));
}
