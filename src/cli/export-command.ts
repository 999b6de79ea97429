import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import { chooseSeries } from "../../compat/export/choose-series.ts";
import type { ExportEvents, ExportSummary } from "../../compat/export/export-all.ts";
import { filedumpLines } from "../../compat/export/filedump-rows.ts";
import { carbonLines, csvRows, type LineRange } from "../../compat/export/value-lines.ts";
import { exportStore } from "../../compat/istatd/export-store.ts";
import { exportTree } from "../../compat/whisper/export-tree.ts";
import { loadRules } from "../config/rules.ts";
import { parseTimeExpression } from "../model/time-expression.ts";
import type { NamedSeries } from "../storage/inspect/find-series.ts";
import { OfflineStore } from "../storage/inspect/offline-store.ts";
import { realEnvironment } from "../storage/node-files.ts";
import type { Consolidation } from "../storage/roll-up/pick-statistic.ts";
import { endQuietlyWithReader, FAILED, fail, statusOf, UsageError } from "./exit.ts";
import { printAll } from "./output.ts";
import { Progress } from "./progress.ts";
import { countText } from "./units.ts";

const HELP = `
Reads the data directory as it is on the disk, also while a server runs on it; nothing of it is
changed. Values of coarser tiers are made by the aggregation method that --aggregation gives a name,
average and xFilesFactor 0.5 without it, as the server would answer them. StatFiles and the rows of
istatd_filedump have whole buckets, and no aggregation method.

A time is what Graphite takes: seconds since 1970, -2h, noon yesterday, 20260115.
Exit status: 0, 1 when something was left out or is damaged, 2 called wrongly.`;

interface ExportOptions {
  dataDir: string;
  match: string;
  from?: string;
  until?: string;
  timeZone: string;
  aggregation?: string;
  tier?: string;
  layout?: string;
}

interface Question {
  store: OfflineStore;
  found: NamedSeries[];
  now: number;
  from: number;
  until: number;
  consolidationOf: (name: string) => Consolidation;
}

/** `statite export whisper DEST`, `export istatd DEST`, `export csv` and `export carbon`. */
export function addExportCommand(program: Command): void {
  const command = program.command("export").description("take data out, for other systems");
  withOptions(
    command
      .command("whisper")
      .description("write whisper files, which Graphite's own tools read")
      .argument("<dest>", "folder for the tree"),
  ).action((dest: string, options: ExportOptions) =>
    act(options, (question) => exportWhisper(resolve(dest), question)),
  );
  withOptions(
    command
      .command("istatd")
      .description("write StatFiles, which istatd reads")
      .argument("<dest>", "folder for the store"),
  ).action((dest: string, options: ExportOptions) =>
    act(options, (question) => exportIstatd(resolve(dest), question)),
  );
  withOptions(command.command("csv").description("print rows of series, time and value"))
    .option("--tier <n>", "place in the retention, 0 for the finest", "0")
    .option("--layout <name>", "filedump: the rows of istatd_filedump, of one series")
    .action((options: ExportOptions) =>
      act(options, async ({ store, found, ...rest }) => {
        const range: LineRange = { ...rest, tier: tierOf(options) };
        await printAll(csvOf(options, store, found, range));
        return true;
      }),
    );
  withOptions(command.command("carbon").description("print lines of carbon's plaintext protocol"))
    .option("--tier <n>", "place in the retention, 0 for the finest", "0")
    .action((options: ExportOptions) =>
      act(options, async ({ store, found, ...rest }) => {
        const range: LineRange = { ...rest, tier: tierOf(options) };
        await printAll(carbonLines(store, found, range));
        return true;
      }),
    );
}

function withOptions(command: Command): Command {
  return command
    .option("--data-dir <dir>", "data directory", process.env.STATITE_DATA_DIR ?? "./data")
    .option("--match <glob>", "series, by name or glob", "**")
    .option("--from <time>", "of the first slot")
    .option("--until <time>", "of the end")
    .option("--time-zone <zone>", "of times that are given", "UTC")
    .option("--aggregation <file>", "storage-aggregation.conf: method and xFilesFactor by name")
    .addHelpText("after", HELP);
}

async function act(
  options: ExportOptions,
  work: (question: Question) => Promise<boolean> | boolean,
): Promise<void> {
  endQuietlyWithReader();
  try {
    const now = Math.floor(Date.now() / 1000);
    const time = (text: string | undefined, otherwise: number): number =>
      text === undefined ? otherwise : parseTimeExpression(text, now, options.timeZone);
    const from = time(options.from, 0);
    const until = time(options.until, now + 1);
    if (from >= until) throw new UsageError("--from lies not before --until");
    const none = { schemas: null, whitelist: null, blacklist: null, quotas: null };
    const rules = loadRules({ ...none, aggregation: options.aggregation ?? null });
    for (const warning of rules.warnings) process.stderr.write(`warning: ${warning}\n`);
    const consolidationOf = (name: string): Consolidation => rules.storage.aggregationOf(name);
    const store = OfflineStore.open(realEnvironment, resolve(options.dataDir));
    try {
      const found = chooseSeries(store, options.match);
      const isAll = await work({ store, found, now, from, until, consolidationOf });
      for (const line of store.damage) process.stderr.write(`statite: ${line}\n`);
      process.exitCode = isAll && store.damage.length === 0 ? 0 : FAILED;
    } finally {
      store.close();
    }
  } catch (error) {
    fail(error, statusOf(error));
  }
}

/** Whether all series could be written. */
function exportWhisper(folder: string, { store, found, ...options }: Question): boolean {
  return exportFiles(folder, found.length, (events) =>
    exportTree(store, found, folder, options, events),
  );
}

/** Whether all series could be written. */
function exportIstatd(folder: string, { store, found, ...range }: Question): boolean {
  return exportFiles(folder, found.length, (events) =>
    exportStore(store, found, folder, range, events),
  );
}

function exportFiles(
  folder: string,
  total: number,
  work: (events: ExportEvents) => ExportSummary,
): boolean {
  mkdirSync(folder, { recursive: true });
  const progress = new Progress("export", (series) =>
    countText(Math.round(series), "series", "series"),
  );
  const { files, points, empty, skipped } = work({
    skipped: (name, reason) => {
      progress.clear();
      process.stderr.write(`left out: ${name}: ${reason}\n`);
    },
    progress: (series) => progress.update(series, total),
  });
  progress.clear();
  const without = empty === 0 ? "" : `; ${countText(empty, "series", "series")} without data`;
  const left =
    skipped === 0 ? "nothing left out" : `${countText(skipped, "series", "series")} left out`;
  process.stdout.write(
    `exported ${countText(files, "file")} with ${countText(points, "point")}${without}; ${left}\n`,
  );
  return skipped === 0;
}

/** @throws UsageError for a layout that there is none of, or that has no room for names */
function csvOf(
  { layout, match }: ExportOptions,
  store: OfflineStore,
  found: readonly NamedSeries[],
  range: LineRange,
): Generator<string> {
  if (layout === undefined) return csvRows(store, found, range);
  if (layout !== "filedump") throw new UsageError(`--layout ${layout} is not known: filedump`);
  const [only, ...others] = found;
  if (only === undefined || others.length > 0) {
    throw new UsageError(
      `the rows of --layout filedump have no names, and --match ${match} finds ${found.length} series`,
    );
  }
  return filedumpLines(store, only, range);
}

function tierOf({ tier }: ExportOptions): number {
  const number = Number(tier);
  if (!Number.isInteger(number) || number < 0) throw new UsageError("--tier is a number from 0");
  return number;
}
