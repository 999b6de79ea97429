import { type ImportStretch, stretchOf } from "../../src/storage/import/import-batch.ts";
import type { PlacedEpoch } from "../../src/storage/import/import-target.ts";
import { finalSpans } from "../../src/storage/merge/spans.ts";
import type { ImportRange } from "./source-tree.ts";
import type { Source } from "./sources.ts";

/** A stretch of a tier, and which of its slots may be known: [begin, end), counted from the epoch. */
export interface TierPiece {
  stretch: ImportStretch;
  begin: number;
  end: number;
}

/**
 * The stretches of a tier that its sources reach: of the time in which the plan holds, what the tier
 * keeps at `now` and is not older than `since`.
 */
export function* tierPieces(
  { plan, planNumber, from, until }: PlacedEpoch,
  tier: number,
  sources: readonly Source[],
  { now, since }: ImportRange,
): Generator<TierPiece> {
  const { step, retention } = plan.tiers[tier]!;
  const first = Math.max(from, since, (Math.floor((now - retention) / step) + 1) * step);
  const oldest = Math.max(first, Math.min(...sources.map((source) => source.from)));
  const newest = Math.min(until, Math.max(...sources.map((source) => source.until)));
  if (!(oldest < newest)) return;
  for (const span of finalSpans(step, retention, oldest, newest)) {
    yield {
      stretch: stretchOf(plan, planNumber, tier, span),
      begin: Math.ceil(Math.max(oldest, span.from) / step),
      end: Math.ceil(Math.min(newest, span.until) / step),
    };
  }
}
