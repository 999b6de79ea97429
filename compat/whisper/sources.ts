import type { Tier } from "../../src/storage/plan.ts";
import type { WhisperArchive } from "./format.ts";

/** How a tier of the store gets its slots from an archive. */
export interface Source {
  archive: number;
  /**
   * equal: the archive has the tier's step; joined: its points are aggregated, as whisper would;
   * placed: its points are further apart than the tier's slots, and stand where they are.
   */
  kind: "equal" | "joined" | "placed";
  /** Which slots of the tier it gives: [from, until), seconds. */
  from: number;
  until: number;
}

/** Seconds by which a file may be ahead of the clock, and its points are taken all the same. */
const AHEAD_SECONDS = 3600;

/** Seconds of the points that an archive shows at `now`, [from, until). */
export function reachOf({ step, points }: WhisperArchive, now: number): [number, number] {
  const newest = Math.floor(now / step);
  const ahead = Math.min(points, Math.floor(AHEAD_SECONDS / step));
  return [(newest - points + 1) * step, (newest + 1 + ahead) * step];
}

/**
 * Which archives of a file fill which tier. An archive goes into the tier of its step. Without one
 * it goes, where it is, into the next finer tier, or, when it is finer than all, aggregated into the
 * finest. A coarser tier without an archive of its step is aggregated from the coarsest one that
 * divides it.
 */
export function sourcesOf(
  tiers: readonly Tier[],
  tier: number,
  archives: readonly WhisperArchive[],
  now: number,
): Source[] {
  const { step } = tiers[tier]!;
  const sources: Source[] = [];
  const equal = archives.findIndex((one) => one.step === step);
  let joined = archives.findLastIndex((one) => one.step < step && step % one.step === 0);
  if (joined < 0 && tier === 0) joined = archives.findLastIndex((one) => one.step < step);
  if (equal >= 0) add(equal, "equal");
  else if (joined >= 0) add(joined, "joined");
  const steps = tiers.filter(({ lambda }) => lambda === 0).map((one) => one.step);
  archives.forEach((one, i) => {
    const home = Math.max(...steps.filter((finer) => finer < one.step));
    if (!steps.includes(one.step) && home === step) add(i, "placed");
  });
  return sources;

  /** What lies before those that are there already. */
  function add(archive: number, kind: Source["kind"]): void {
    const [from, until] = reachOf(archives[archive]!, now);
    const before = sources.at(-1)?.from ?? until;
    const first = Math.floor(from / step) * step;
    const end = Math.min(Math.ceil(until / step) * step, before);
    if (first < end) sources.push({ archive, kind, from: first, until: end });
  }
}
