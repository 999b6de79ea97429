import type { Tier } from "../../src/storage/plan.ts";

/** A resolution of another store, and the time of its slots: [from, until), seconds. */
export interface Level {
  step: number;
  from: number;
  until: number;
}

/** How a tier of the store gets its slots from a level. */
export interface Source {
  level: number;
  /**
   * equal: the level has the tier's step; joined: its slots are aggregated, as the other store would;
   * placed: its slots are longer than the tier's, and stand where they begin.
   */
  kind: "equal" | "joined" | "placed";
  /** Which slots of the tier it gives: [from, until), seconds. */
  from: number;
  until: number;
}

/**
 * Which levels, the finest first, fill which tier. A level goes into the tier of its step. Without
 * one it goes, where it is, into the next finer tier, or, when it is finer than all, aggregated into
 * the finest. A coarser tier without a level of its step is aggregated from the coarsest one that
 * divides it.
 */
export function sourcesOf(
  tiers: readonly Tier[],
  tier: number,
  levels: readonly Level[],
): Source[] {
  const { step } = tiers[tier]!;
  const sources: Source[] = [];
  levels.forEach((one, i) => {
    if (one.step === step) add(i, "equal");
  });
  if (sources.length === 0) {
    let joined = levels.findLastIndex((one) => one.step < step && step % one.step === 0);
    if (joined < 0 && tier === 0) joined = levels.findLastIndex((one) => one.step < step);
    if (joined >= 0) add(joined, "joined");
  }
  const steps = tiers.filter(({ lambda }) => lambda === 0).map((one) => one.step);
  levels.forEach((one, i) => {
    const home = Math.max(...steps.filter((finer) => finer < one.step));
    if (!steps.includes(one.step) && home === step) add(i, "placed");
  });
  return sources;

  /** What lies before those that are there already. */
  function add(level: number, kind: Source["kind"]): void {
    const { from, until } = levels[level]!;
    const before = sources.at(-1)?.from ?? until;
    const first = Math.floor(from / step) * step;
    const end = Math.min(Math.ceil(until / step) * step, before);
    if (first < end) sources.push({ level, kind, from: first, until: end });
  }
}
