import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { NamedSeries } from "../../src/storage/inspect/find-series.ts";
import type { OfflineStore } from "../../src/storage/inspect/offline-store.ts";
import type { Consolidation } from "../../src/storage/roll-up/pick-statistic.ts";
import {
  type ExportEvents,
  type Exported,
  type ExportSummary,
  exportAll,
} from "../export/export-all.ts";
import { tierValues } from "../export/tier-values.ts";
import { isWhisperMethod, MAX_ARCHIVES, POINT_BYTES, type WhisperArchive } from "./format.ts";
import { whisperPathOf } from "./series-path.ts";
import { type ArchiveValues, writeWhisper } from "./write-whisper.ts";

export interface ExportOptions {
  /** The moment from which retention counts, seconds. */
  now: number;
  /** Only slots that start in [from, until) are written, seconds. */
  from: number;
  until: number;
  /** Aggregation method and xFilesFactor of a file, by name. */
  consolidationOf: (name: string) => Consolidation;
}

/** Largest file that is written: offsets in its header are u32. */
const MAX_FILE_BYTES = 2 ** 32;

/**
 * Writes series as whisper files below a folder, one at a time. What whisper cannot hold is named
 * and left out.
 *
 * @throws Error when the folder cannot be written to
 */
export function exportTree(
  store: OfflineStore,
  list: readonly NamedSeries[],
  folder: string,
  options: ExportOptions,
  events: ExportEvents,
): ExportSummary {
  return exportAll(list, events, ({ path: name, series }) =>
    exportSeries(store, name, series, folder, options),
  );
}

function exportSeries(
  store: OfflineStore,
  name: string,
  series: number,
  folder: string,
  { now, from, until, consolidationOf }: ExportOptions,
): Exported {
  const found = whisperPathOf(name);
  if ("problem" in found) return found;
  const consolidation = consolidationOf(name);
  const { method, xFilesFactor } = consolidation;
  if (!isWhisperMethod(method)) {
    return { problem: `whisper has no aggregation method ${method}` };
  }
  const archives = store.reader
    .planOf(series)
    .tiers.filter(({ lambda }) => lambda === 0)
    .map(({ step, retention }) => ({ step, points: Math.floor(retention / step) }));
  const problem = archivesProblem(archives);
  if (problem !== null) return { problem };

  let points = 0;
  const valuesOf = (archive: number): ArchiveValues => {
    const { step, points: places } = archives[archive]!;
    const newest = Math.floor(now / step);
    const firstSlot = newest - places + 1;
    const values = new Float64Array(places).fill(Number.NaN);
    const begin = Math.max(firstSlot * step, from);
    const end = Math.min((newest + 1) * step, until);
    for (const chunk of tierValues(store, series, step, begin, end, consolidation)) {
      values.set(chunk.values, chunk.firstSlot - firstSlot);
      for (const value of chunk.values) if (!Number.isNaN(value)) points++;
    }
    return { firstSlot, values };
  };
  const kept = archives.map((_, i) => valuesOf(i));
  if (points === 0) return { files: 0, points };
  const path = join(folder, found.path);
  mkdirSync(dirname(path), { recursive: true });
  writeWhisper(path, { method, xFilesFactor, archives }, (i) => kept[i]!);
  return { files: 1, points };
}

/** Whisper's own rules: a file that breaks one cannot be updated by it. */
function archivesProblem(archives: readonly Omit<WhisperArchive, "offset">[]): string | null {
  if (archives.length > MAX_ARCHIVES) return "it has too many tiers";
  let bytes = 0;
  for (const [i, { step, points }] of archives.entries()) {
    bytes += points * POINT_BYTES;
    if (points < 1) return `its tier of ${step} s keeps less than one slot`;
    const next = archives[i + 1];
    if (next === undefined) continue;
    if (next.step % step !== 0)
      return `whisper wants steps that divide: ${step} s and ${next.step} s`;
    if (next.step * next.points <= step * points) {
      return `whisper wants coarser tiers to reach further back than finer ones`;
    }
    if (points < next.step / step) return `its tier of ${step} s has too few slots for the next`;
  }
  return bytes >= MAX_FILE_BYTES ? "its file would be larger than whisper files can be" : null;
}
