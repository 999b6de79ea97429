import { existsSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  importTree,
  type TreeOptions,
  type TreeSummary,
  verifyTree,
} from "../../../compat/import/import-tree.ts";
import type { SourceTree } from "../../../compat/import/source-tree.ts";
import { DryTarget } from "../../storage/import/dry-target.ts";
import type { ImportTarget } from "../../storage/import/import-target.ts";
import { OfflineImport } from "../../storage/import/offline-import.ts";
import { lockOwner } from "../../storage/lock.ts";
import { realEnvironment } from "../../storage/node-files.ts";
import { CONTROL_SOCKET } from "../../storage/store-folder.ts";
import { UsageError } from "../exit.ts";
import { Progress } from "../progress.ts";
import { RemoteServer } from "../remote-server.ts";
import { LocalServer, ServerImport } from "../server-import.ts";
import { countText, durationText } from "../units.ts";
import { type ImportOptions, maxSeriesOf } from "./import-options.ts";

/** What the texts call one of the things that are found in a tree. */
export interface TreeWords {
  /** One, and many. */
  series: readonly [string, string];
}

/** Imports a tree, and compares it afterwards if that is asked for; whether all was imported. */
export async function runImport(
  tree: SourceTree,
  treeOptions: TreeOptions,
  options: ImportOptions,
  words: TreeWords,
): Promise<boolean> {
  const maxSeries = maxSeriesOf(options);
  const isDry = options.dryRun === true;
  const begin = performance.now();
  const target = isDry ? new DryTarget() : await openTarget(options, maxSeries);
  try {
    const total = count(tree(() => {}));
    const work = { tree, options: treeOptions, target, total, words };
    const summary = await run("import", work, (events) =>
      importTree(tree, treeOptions, target, events),
    );
    const seconds = (performance.now() - begin) / 1000;
    print(importText(summary, seconds, isDry, words));
    if (options.verify !== true || isDry) return summary.skipped === 0;
    return (await verify(work)) && summary.skipped === 0;
  } finally {
    await target.close();
  }
}

/** @throws UsageError */
export function checkFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return;
  throw new UsageError(`${folder} is no folder`);
}

/** Whether a server runs on a data directory, and can be asked. */
export function hasServer(folder: string): boolean {
  return lockOwner(folder) !== null && existsSync(join(folder, CONTROL_SOCKET));
}

interface Work {
  tree: SourceTree;
  options: TreeOptions;
  target: ImportTarget;
  /** Series that there are. */
  total: number;
  words: TreeWords;
}

/** A server elsewhere, the one that runs on the data directory, or the directory itself. */
async function openTarget(
  { to, tokenFile, dataDir }: ImportOptions,
  maxSeries: number,
): Promise<ImportTarget> {
  if (to !== undefined) return new ServerImport(await RemoteServer.open(to, tokenIn(tokenFile)));
  const folder = resolve(dataDir);
  return hasServer(folder)
    ? new ServerImport(new LocalServer(folder))
    : OfflineImport.open(realEnvironment, folder, maxSeries);
}

function tokenIn(file: string | undefined): string | null {
  if (file !== undefined) return readFileSync(file, "utf8").trim();
  return process.env.STATITE_TOKEN ?? null;
}

async function verify(work: Work): Promise<boolean> {
  const summary = await run("verify", work, (events) =>
    verifyTree(work.tree, work.options, work.target, events),
  );
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
  progress(found: number): void;
}

async function run(
  title: string,
  { total, words }: Work,
  work: (events: Events) => Promise<TreeSummary>,
): Promise<TreeSummary> {
  const progress = new Progress(title, (found) => countText(Math.round(found), ...words.series));
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
      progress: (found) => progress.update(found, total),
    });
  } finally {
    progress.clear();
  }
}

function importText(
  summary: TreeSummary,
  seconds: number,
  isDry: boolean,
  words: TreeWords,
): string {
  const { files, empty, newSeries, points, changed, skipped } = summary;
  const nothing = empty === 0 ? "" : `, ${countText(empty, "series", "series")} without data`;
  const left =
    skipped === 0 ? "nothing left out" : `${countText(skipped, ...words.series)} left out`;
  if (isDry) {
    return `${countText(files, "file")} with ${countText(points, "point")} could be imported${nothing}; ${left}`;
  }
  return (
    `imported ${countText(files, "file")} in ${durationText(seconds)}: ${countText(points, "point")}, ` +
    `${countText(changed, "point")} written, ${countText(newSeries, "series", "series")} new${nothing}; ${left}`
  );
}

function count(items: Iterable<unknown>): number {
  let total = 0;
  for (const _ of items) total++;
  return total;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
