import { resolve } from "node:path";
import type { Command } from "commander";
import { istatdSource } from "../../../compat/istatd/source-tree.ts";
import { parseIstatRetention } from "../../model/retention.ts";
import { endQuietlyWithReader, FAILED, fail, statusOf, UsageError } from "../exit.ts";
import { type ImportOptions, treeOptionsOf, withImportOptions } from "./import-options.ts";
import { importSettings } from "./import-settings.ts";
import { checkFolder, runImport } from "./run-import.ts";

const HELP = `
Reads all StatFiles below STORE and puts what they hold into the data directory: each level's buckets
with count, sum, minimum, maximum and squares. Names come from folders, as istatd has it. Counters
stay what they are, gauges or event counters. Of a trailing level the interval, season and lambda are
taken: what it holds is made of the plain levels when it is asked for. Whatever statite has received
itself stays as it is. A server that runs on the data directory goes on receiving and answering
meanwhile, and has what is imported as soon as it is there.

A new counter keeps what its files keep, or what --retention or a section of --schemas says; one that
exists keeps its retention, and gets each level at the steps that it has. istatd may be writing to
STORE meanwhile; what it has not flushed yet (up to five minutes) comes with the next import.

--settings takes over the .set files of istatd's settings directory, users and dashboards; a container
that is there already stays as it is.

An import that was interrupted is begun again with the same command, and goes on where it was.
What is left out is named with its reason. Exit status: 0 all is imported, 1 something was left out
or differs, 2 called wrongly.

Examples:
  statite import istatd /var/db/istatd/store --data-dir ./data --verify
  statite import istatd /var/db/istatd/store --settings /var/db/istatd/settings
  statite import istatd /mnt/store --match 'app.**' --prefix old --since -90d --dry-run`;

interface IstatdOptions extends ImportOptions {
  retention?: string;
  settings?: string;
}

/** `statite import istatd STORE`. */
export function addImportIstatd(command: Command): void {
  withImportOptions(
    command
      .command("istatd")
      .description("bring in a store of istatd")
      .argument("<store>", "its store directory"),
  )
    .option("--retention <levels>", "of new counters, as istatd has it: 10s:10d,5m:1y9d")
    .option("--settings <dir>", "istatd's settings directory, with users and dashboards")
    .addHelpText("after", HELP)
    .action(async (store: string, options: IstatdOptions) => {
      endQuietlyWithReader();
      try {
        process.exitCode = (await importIstatd(resolve(store), options)) ? 0 : FAILED;
      } catch (error) {
        fail(error, statusOf(error));
      }
    });
}

/** Whether all was imported. */
async function importIstatd(store: string, options: IstatdOptions): Promise<boolean> {
  const { retention, settings } = options;
  checkFolder(store);
  if (settings !== undefined) checkFolder(resolve(settings));
  if (settings !== undefined && options.to !== undefined) {
    throw new UsageError("--settings are not sent by --to: import them on the server's machine");
  }
  const treeOptions = treeOptionsOf(options);
  const levels = retention === undefined ? null : parseIstatRetention(retention);
  const { retentionsOf } = treeOptions;
  const stated = { ...treeOptions, retentionsOf: (name: string) => retentionsOf(name) ?? levels };
  const words = { series: ["counter", "counters"] } as const;
  const isAll = await runImport(istatdSource(store), stated, options, words);
  if (settings === undefined) return isAll;
  return (await importSettings(resolve(settings), options)) && isAll;
}
