/** Tiers of every series of a store under test: (step, retention) in seconds, the finest first. */
export const TIERS = [
  { step: 10, retention: 10 * 86_400 },
  { step: 300, retention: 90 * 86_400 },
  { step: 3600, retention: 2000 * 86_400 },
] as const;

export type Statistic = "average" | "sum" | "min" | "max" | "last" | "count";

export interface Datapoint {
  path: string;
  /** Seconds. */
  time: number;
  value: number;
}

/**
 * What must be known of a store to test it, whatever it is made of. Datapoints of a path replace
 * each other in their slot. Time stands still but for `pass`.
 */
export interface TestedStore {
  /** Seconds. */
  readonly now: number;
  /** Statistics that its coarser tiers know. */
  readonly statistics: readonly Statistic[];
  /** Takes datapoints in this order; resolves with how many it refused, and loses none of the others. */
  write(points: readonly Datapoint[]): Promise<number>;
  /**
   * The buckets of a tier (a number of TIERS) that start in [from, until), which are multiples of its
   * step; NaN for those without data. An unknown path has none.
   */
  read(
    path: string,
    tier: number,
    from: number,
    until: number,
    statistic: Statistic,
  ): Promise<number[]>;
  /** Paths of leaves that match a pattern, sorted. */
  find(pattern: string): Promise<string[]>;
  /** Ends series for good; resolves with how many there were. */
  delete(paths: readonly string[]): Promise<number>;
  /** Lets time pass, and everything be done that it makes due. */
  pass(seconds: number): Promise<void>;
  /** Ends without a farewell and begins again on what is on disk. */
  restart(): Promise<void>;
  close(): Promise<void>;
}
