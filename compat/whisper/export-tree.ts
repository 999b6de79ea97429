import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { NamedSeries } from "../../src/storage/inspect/find-series.ts";
import type { OfflineStore } from "../../src/storage/inspect/offline-store.ts";
import type { Consolidation } from "../../src/storage/roll-up/pick-statistic.ts";
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

export interface ExportEvents {
  skipped(name: string, reason: string): void;
  progress(series: number): void;
}

export interface ExportSummary {
  files: number;
  points: number;
  /** Series without anything in the range. */
  empty: number;
  skipped: number;
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
  const summary = { files: 0, points: 0, empty: 0, skipped: 0 };
  for (const [i, { path: name, series }] of list.entries()) {
    events.progress(i);
    const problem = exportSeries(store, name, series, folder, options, summary);
    if (problem === null) continue;
    summary.skipped++;
    events.skipped(name, problem);
  }
  return summary;
}

/** Why there is no file; null if there is one, or nothing to be written. */
function exportSeries(
  store: OfflineStore,
  name: string,
  series: number,
  folder: string,
  { now, from, until, consolidationOf }: ExportOptions,
  summary: ExportSummary,
): string | null {
  const found = whisperPathOf(name);
  if ("problem" in found) return found.problem;
  const consolidation = consolidationOf(name);
  const { method, xFilesFactor } = consolidation;
  if (!isWhisperMethod(method)) return `whisper has no aggregation method ${method}`;
  const archives = store.reader
    .planOf(series)
    .tiers.filter(({ lambda }) => lambda === 0)
    .map(({ step, retention }) => ({ step, points: Math.floor(retention / step) }));
  const problem = archivesProblem(archives);
  if (problem !== null) return problem;

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
  if (points === 0) {
    summary.empty++;
    return null;
  }
  const path = join(folder, found.path);
  mkdirSync(dirname(path), { recursive: true });
  writeWhisper(path, { method, xFilesFactor, archives }, (i) => kept[i]!);
  summary.files++;
  summary.points += points;
  return null;
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
