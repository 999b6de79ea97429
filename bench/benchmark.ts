/** A promise and the number that says how well it is kept. */
export interface Benchmark {
  name: string;
  /** What the number counts, e.g. "lines per CPU second". */
  unit: string;
  /** The promise, in the same unit; null for a number that is only watched. */
  floor: number | null;
  /** More is better; false for a latency or a size. */
  moreIsBetter: boolean;
  /** Measures for about `seconds`. The baseline is measured in the same run; null where there is none. */
  run(seconds: number): Promise<{ value: number; baseline: number | null; note?: string }>;
}

/** CPU seconds of this process. */
export function ownCpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Work per CPU second of two functions, rounds interleaved, the best round of each. */
export function compare(
  seconds: number,
  work: number,
  ours: () => unknown,
  baseline: () => unknown,
): { value: number; baseline: number } {
  const end = performance.now() + seconds * 1000;
  let best = Number.POSITIVE_INFINITY;
  let bestBaseline = Number.POSITIVE_INFINITY;
  let consumed: unknown;
  do {
    let from = ownCpuSeconds();
    consumed = ours();
    best = Math.min(best, ownCpuSeconds() - from);
    from = ownCpuSeconds();
    consumed = baseline();
    bestBaseline = Math.min(bestBaseline, ownCpuSeconds() - from);
  } while (performance.now() < end);
  if (consumed === Symbol.iterator) throw new Error("the result of a benchmark was not used");
  return { value: work / best, baseline: work / bestBaseline };
}
