import type { NamedSeries } from "../../src/storage/inspect/find-series.ts";

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

/** What was written of a series, or in words why it cannot be. */
export type Exported = { files: number; points: number } | { problem: string };

/** Problems of the name on this disk: a name too long for it, or in the way of another. */
const NAME_ERRORS = new Set(["EEXIST", "ENOTDIR", "EISDIR", "ENAMETOOLONG"]);

/**
 * Exports series one at a time. What the other system cannot hold is named and left out.
 *
 * @throws Error when nothing can be written
 */
export function exportAll(
  list: readonly NamedSeries[],
  events: ExportEvents,
  exportOne: (named: NamedSeries) => Exported,
): ExportSummary {
  const summary = { files: 0, points: 0, empty: 0, skipped: 0 };
  for (const [i, named] of list.entries()) {
    events.progress(i);
    const exported = tried(named, exportOne);
    if ("problem" in exported) {
      summary.skipped++;
      events.skipped(named.path, exported.problem);
      continue;
    }
    if (exported.points === 0) summary.empty++;
    summary.files += exported.files;
    summary.points += exported.points;
  }
  return summary;
}

function tried(named: NamedSeries, exportOne: (named: NamedSeries) => Exported): Exported {
  try {
    return exportOne(named);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!NAME_ERRORS.has(code ?? "")) throw error;
    return { problem: `its file cannot be made: ${message}` };
  }
}
