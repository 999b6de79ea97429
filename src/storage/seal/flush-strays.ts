import { combine, emptyBucket } from "../bucket.ts";
import { LAST } from "../column.ts";
import type { StrayLog } from "../head/stray-log.ts";
import { straySpan } from "../merge/spans.ts";
import { EVENT, GAUGE, type Plan } from "../plan.ts";
import { SHARD_SERIES } from "../series-table.ts";
import { BlockColumns } from "../statfile/block.ts";
import type { StatFileWriter } from "../statfile/writer.ts";
import type { StoreView } from "../store-memory.ts";
import type { SectionFiles } from "./section-files.ts";

/** An entry of the log, ready to be sorted into sections. */
interface Stray {
  plan: number;
  /** Start of the span that the slot lies in, seconds. */
  span: number;
  series: number;
  slot: number;
  entry: number;
}

/**
 * Writes a frozen stray log as sections of `files`: per plan, shard and span, one block a series,
 * and a file of its own for each span, so that a merge takes whole files. Within a slot the entries
 * are joined in the order in which they came. `now` in seconds. Yields after each shard.
 */
export function* flushStrays(
  view: StoreView,
  strays: StrayLog,
  files: SectionFiles,
  now: number,
): Generator<void> {
  const total = view.series.next;
  for (let shardStart = 0; shardStart < total; shardStart += SHARD_SERIES) {
    const shardEnd = Math.min(total, shardStart + SHARD_SERIES);
    const found = collect(view, strays, shardStart, shardEnd, now);
    found.sort(
      (a, b) =>
        a.plan - b.plan ||
        a.span - b.span ||
        a.series - b.series ||
        a.slot - b.slot ||
        a.entry - b.entry,
    );
    for (let from = 0; from < found.length; ) {
      let to = from;
      const first = found[from]!;
      while (found[to]?.plan === first.plan && found[to]?.span === first.span) to++;
      writeSection(view, strays, files, shardStart, found.slice(from, to));
      from = to;
    }
    yield;
  }
}

function collect(
  view: StoreView,
  strays: StrayLog,
  from: number,
  to: number,
  now: number,
): Stray[] {
  const found: Stray[] = [];
  const { heads } = strays;
  for (let series = heads.next(from, to); series < to; series = heads.next(series + 1, to)) {
    if (view.series.isDeleted(series)) continue;
    for (const entry of strays.entries.collect(heads.get(series))) {
      const plan = strays.entries.plan(entry);
      const slot = strays.entries.slot(entry);
      const { step, retention } = view.plans.get(plan).tiers[0]!;
      const span = straySpan(step, retention, slot * step, now).from;
      found.push({ plan, span, series, slot, entry });
    }
  }
  return found;
}

function writeSection(
  view: StoreView,
  strays: StrayLog,
  files: SectionFiles,
  shardStart: number,
  entries: readonly Stray[],
): void {
  const planNumber = entries[0]!.plan;
  const plan = view.plans.get(planNumber);
  const step = plan.tiers[0]!.step;
  let firstSlot = Number.POSITIVE_INFINITY;
  let lastSlot = Number.NEGATIVE_INFINITY;
  for (const { slot } of entries) {
    firstSlot = Math.min(firstSlot, slot);
    lastSlot = Math.max(lastSlot, slot);
  }
  const slots = lastSlot - firstSlot + 1;
  const section = {
    plan: planNumber,
    mode: plan.mode,
    tier: 0,
    step,
    baseStep: step,
    shard: shardStart / SHARD_SERIES,
    firstSlot,
    slots,
    lsnFirst: strays.firstLsn,
    lsnLast: strays.freezeLsn,
    mask: LAST,
  };
  const writer = files.begin(plan, section, `-${entries[0]!.span}`);
  const values = new Float64Array(slots);
  const columns = new BlockColumns(slots);
  for (let from = 0; from < entries.length; ) {
    let to = from;
    const { series } = entries[from]!;
    while (entries[to]?.series === series) to++;
    const own = entries.slice(from, to);
    writeBlock(plan, strays, writer, series - shardStart, own, firstSlot, values, columns);
    from = to;
  }
  writer.endSection();
}

function writeBlock(
  plan: Plan,
  strays: StrayLog,
  writer: StatFileWriter,
  lane: number,
  entries: readonly Stray[],
  firstSlot: number,
  values: Float64Array,
  columns: BlockColumns,
): void {
  if (plan.mode === GAUGE) {
    columns.clear(values.length);
    const joined = emptyBucket();
    const bucket = emptyBucket();
    for (let from = 0; from < entries.length; ) {
      const { slot } = entries[from]!;
      joined.count = 0;
      joined.slots = 0;
      while (entries[from]?.slot === slot) {
        strays.entries.readBucket(entries[from]!.entry, strays.wide, bucket);
        const { count, sum, min, max, last, m2 } = bucket;
        combine(joined, count, 0, sum, min, max, last, m2);
        from++;
      }
      joined.slots = 1;
      columns.set(slot - firstSlot, joined);
    }
    writer.addColumns(lane, columns);
    return;
  }
  values.fill(Number.NaN);
  for (const { slot, entry } of entries) {
    const value = strays.entries.value(entry);
    const old = values[slot - firstSlot]!;
    // Rates of one slot add up; of replacing datapoints the last one counts.
    values[slot - firstSlot] = plan.mode === EVENT && !Number.isNaN(old) ? old + value : value;
  }
  writer.addValues(lane, values);
}
