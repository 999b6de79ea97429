import { existsSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { pathMatcher } from "../../compat/path-matcher.ts";
import {
  importTree,
  type TreeOptions,
  type TreeSummary,
  verifyTree,
} from "../../compat/whisper/import-tree.ts";
import { tagHashOf } from "../../compat/whisper/series-path.ts";
import { whisperFiles } from "../../compat/whisper/walk-tree.ts";
import { loadRules } from "../config/rules.ts";
import { canonicalName } from "../model/series-name.ts";
import { parseTimeExpression } from "../model/time-expression.ts";
import { DryTarget } from "../storage/import/dry-target.ts";
import type { ImportTarget } from "../storage/import/import-target.ts";
import { OfflineImport } from "../storage/import/offline-import.ts";
import { lockOwner } from "../storage/lock.ts";
import { realEnvironment } from "../storage/node-files.ts";
import { CONTROL_SOCKET } from "../storage/store-folder.ts";
import { endQuietlyWithReader, FAILED, fail, statusOf, UsageError } from "./exit.ts";
import { Progress } from "./progress.ts";
import { ServerImport } from "./server-import.ts";
import { countText, durationText } from "./units.ts";

const HELP = `
Reads every .wsp and .wsp.gz below DIR and puts what it holds into the data directory: the finest
archive as datapoints, the others as coarser buckets that are known by the file's aggregation method.
Whatever statite has received itself stays as it is. A server that runs on the data directory goes on
receiving and answering meanwhile, and has what is imported as soon as it is there.

A new series keeps what its file keeps, or what a section of --schemas says; one that exists keeps
its retention, and gets each archive at the steps that it has. Carbon names the files of tagged
series by a hash; --tagged-names is a file of the names, one a line, to find them by.

An import that was interrupted is begun again with the same command, and goes on where it was.
What is left out is named with its reason. Exit status: 0 all is imported, 1 something was left out
or differs, 2 called wrongly.

Examples:
  statite import whisper /var/lib/graphite/whisper --data-dir ./data --verify
  statite import whisper /mnt/old --match 'servers.web*.**' --prefix old --since -90d
  statite import whisper /mnt/old --dry-run`;

interface ImportOptions {
  dataDir: string;
  prefix?: string;
  match?: string;
  since?: string;
  schemas?: string;
  taggedNames?: string;
  maxSeries: string;
  dryRun?: true;
  verify?: true;
}

/** `statite import whisper DIR`. */
export function addImportCommand(program: Command): void {
  program
    .command("import")
    .description("bring in the data of another system")
    .command("whisper")
    .description("bring in a tree of whisper files")
    .argument("<dir>", "folder of the tree")
    .option("--data-dir <dir>", "data directory", process.env.STATITE_DATA_DIR ?? "./data")
    .option("--prefix <name>", "put before every name")
    .option("--match <glob>", "only series whose name, prefix included, matches")
    .option("--since <time>", "only what is not older: -90d, 20260115, seconds since 1970")
    .option("--schemas <file>", "storage-schemas.conf, for the retention of new series")
    .option("--tagged-names <file>", "names of tagged series, one a line")
    .option("--max-series <n>", "series that the store may have in the end", "16000000")
    .option("--dry-run", "only say what there is")
    .option("--verify", "compare every point afterwards")
    .addHelpText("after", HELP)
    .action(async (dir: string, options: ImportOptions) => {
      endQuietlyWithReader();
      try {
        process.exitCode = (await importWhisper(resolve(dir), options)) ? 0 : FAILED;
      } catch (error) {
        fail(error, statusOf(error));
      }
    });
}

/** Whether all was imported. */
async function importWhisper(tree: string, options: ImportOptions): Promise<boolean> {
  if (statSync(tree, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new UsageError(`${tree} is no folder`);
  }
  const maxSeries = Number(options.maxSeries);
  if (!Number.isInteger(maxSeries) || maxSeries < 1) {
    throw new UsageError("--max-series is a number of series, 1 or more");
  }
  const treeOptions = treeOptionsOf(options);
  const begin = performance.now();
  const target = options.dryRun ? new DryTarget() : openTarget(resolve(options.dataDir), maxSeries);
  try {
    const total = count(whisperFiles(tree, () => {}));
    const summary = await run("import", total, (events) =>
      importTree(tree, treeOptions, target, events),
    );
    const seconds = (performance.now() - begin) / 1000;
    print(importText(summary, seconds, options.dryRun === true));
    if (options.verify !== true || options.dryRun === true) return summary.skipped === 0;
    return (await verify(tree, treeOptions, target, total)) && summary.skipped === 0;
  } finally {
    await target.close();
  }
}

/** The server that runs on the data directory, or the directory itself where none runs. */
function openTarget(folder: string, maxSeries: number): ImportTarget {
  const hasServer = lockOwner(folder) !== null && existsSync(join(folder, CONTROL_SOCKET));
  return hasServer
    ? new ServerImport(folder)
    : OfflineImport.open(realEnvironment, folder, maxSeries);
}

async function verify(
  tree: string,
  options: TreeOptions,
  target: ImportTarget,
  total: number,
): Promise<boolean> {
  const summary = await run("verify", total, (events) => verifyTree(tree, options, target, events));
  const { files, points, changed } = summary;
  print(
    changed === 0
      ? `verified ${countText(files, "file")}: all ${countText(points, "point")} are there`
      : `${countText(changed, "point")} of ${countText(points, "point")} lie in stretches that differ: ` +
          "the files have changed meanwhile, or something is wrong; import again to see",
  );
  return changed === 0;
}

interface Events {
  skipped(path: string, reason: string): void;
  missing(path: string, points: number): void;
  progress(files: number): void;
}

async function run(
  title: string,
  total: number,
  work: (events: Events) => Promise<TreeSummary>,
): Promise<TreeSummary> {
  const progress = new Progress(title, (files) => countText(Math.round(files), "file"));
  const note = (text: string): void => {
    progress.clear();
    process.stderr.write(`${text}\n`);
  };
  const isFirst = title === "import";
  try {
    return await work({
      // What was left out by the import is not there to be verified, and was named before.
      skipped: (path, reason) => {
        if (isFirst) note(`left out: ${path}: ${reason}`);
      },
      missing: (path, points) => note(`differs: ${path}: ${countText(points, "point")}`),
      progress: (files) => progress.update(files, total),
    });
  } finally {
    progress.clear();
  }
}

function importText(summary: TreeSummary, seconds: number, isDry: boolean): string {
  const { files, newSeries, points, changed, skipped } = summary;
  const left = skipped === 0 ? "nothing left out" : `${countText(skipped, "file")} left out`;
  if (isDry) {
    return `${countText(files, "file")} with ${countText(points, "point")} could be imported; ${left}`;
  }
  return (
    `imported ${countText(files, "file")} in ${durationText(seconds)}: ${countText(points, "point")}, ` +
    `${countText(changed, "point")} written, ${countText(newSeries, "series", "series")} new; ${left}`
  );
}

function treeOptionsOf(options: ImportOptions): TreeOptions {
  const now = Math.floor(Date.now() / 1000);
  const { prefix, match, since, schemas } = options;
  const rules = loadRules({
    schemas: schemas ?? null,
    aggregation: null,
    whitelist: null,
    blacklist: null,
    quotas: null,
  });
  for (const warning of rules.warnings) process.stderr.write(`warning: ${warning}\n`);
  if (prefix !== undefined) {
    const canonical = canonicalName(prefix);
    if (!canonical.ok || canonical.name !== prefix || prefix.includes(";")) {
      throw new UsageError(`--prefix ${prefix} is no name of a series`);
    }
  }
  return {
    prefix: prefix ?? null,
    matches: match === undefined ? () => true : pathMatcher(match),
    taggedNames: taggedNamesIn(options.taggedNames),
    retentionsOf: (name) => (schemas === undefined ? null : rules.storage.statedRetentionsOf(name)),
    now,
    since: since === undefined ? Number.NEGATIVE_INFINITY : parseTime(since, now),
  };
}

function parseTime(text: string, now: number): number {
  return parseTimeExpression(text, now, "UTC");
}

function taggedNamesIn(path: string | undefined): Map<string, string> {
  if (path === undefined) return new Map();
  const names = new Map<string, string>();
  for (const line of readFileSync(path, "utf8").split("\n")) {
    const canonical = canonicalName(line.trim());
    if (canonical.ok) names.set(tagHashOf(canonical.name), canonical.name);
  }
  return names;
}

function count(items: Iterable<unknown>): number {
  let total = 0;
  for (const _ of items) total++;
  return total;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
