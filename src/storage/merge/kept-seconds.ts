import type { FileEntry } from "../manifest.ts";
import { HOLD_SECONDS, type SeriesTable } from "../series-table.ts";

/**
 * For how long the files of a tier are needed. A tier keeps what it says, but what was stored before
 * a change of plan is kept as long as the series says now: less when all series that ever had the
 * tier keep less, more when one of them does. A retention that was shortened counts only when it has
 * been in force for a day.
 */
export class KeptSeconds {
  readonly #kept = new Map<string, number>();
  readonly #later = new Map<string, number>();
  /** Of tiers whose plan kept too little: up to when they were in force, and what is kept of them. */
  readonly #longer = new Map<string, { until: number; seconds: number }>();
  /** When the last retention that was shortened begins to count, seconds; null when all do. */
  heldUntil: number | null = null;

  constructor(table: SeriesTable, now: number) {
    const { plans, planOf, epochOf, next } = table;
    const seen = new Uint8Array(plans.count);
    for (let series = 0; series < next; series++) {
      if (table.isDeleted(series)) continue;
      const newest = planOf[series]!;
      if (epochOf[series] === 0) {
        if (seen[newest] === 1) continue;
        seen[newest] = 1;
      }
      const later = plans.longest[newest]!;
      const longest = table.keptSeconds(series, now);
      const epochs = table.epochs(series);
      for (const [i, { plan }] of epochs.entries()) {
        const until = epochs[i + 1]?.from ?? Number.NEGATIVE_INFINITY;
        for (const { step, retention } of plans.get(plan).tiers) {
          const key = keyOf(step, retention);
          if (retention === plans.longest[plan] && retention < longest) {
            this.#keepLonger(key, until, longest);
          }
          raise(this.#kept, key, Math.min(retention, longest));
          raise(this.#later, key, Math.min(retention, later));
        }
      }
      if (later === longest) continue;
      for (const [i, { from }] of epochs.entries()) {
        const isShorter = i > 0 && plans.longest[epochs[i - 1]!.plan]! > later;
        if (isShorter) this.heldUntil = Math.max(this.heldUntil ?? 0, from + HOLD_SECONDS);
      }
    }
  }

  /** Seconds for which a file is kept. */
  of(entry: FileEntry): number {
    return this.#secondsOf(entry, this.#kept);
  }

  /** The same once no shortened retention is held any more. */
  laterOf(entry: FileEntry): number {
    return this.#secondsOf(entry, this.#later);
  }

  #secondsOf({ step, retention, from }: FileEntry, kept: ReadonlyMap<string, number>): number {
    const key = keyOf(step, retention);
    const seconds = kept.get(key) ?? retention;
    const longer = this.#longer.get(key);
    return longer !== undefined && from < longer.until
      ? Math.max(seconds, longer.seconds)
      : seconds;
  }

  #keepLonger(key: string, until: number, seconds: number): void {
    const known = this.#longer.get(key);
    this.#longer.set(key, {
      until: Math.max(known?.until ?? until, until),
      seconds: Math.max(known?.seconds ?? seconds, seconds),
    });
  }
}

function keyOf(step: number, retention: number): string {
  return `${step}-${retention}`;
}

function raise(map: Map<string, number>, key: string, seconds: number): void {
  if (seconds > (map.get(key) ?? 0)) map.set(key, seconds);
}
