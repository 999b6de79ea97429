import { resolve } from "node:path";
import type { Command } from "commander";
import { fileInfo, fullDump } from "../../../compat/istatd/file-texts.ts";
import { FILEDUMP_HEAD, filedumpRow, filedumpRows } from "../../../compat/istatd/filedump.ts";
import { IstatdBuckets } from "../../../compat/istatd/format.ts";
import { IstatdFile } from "../../../compat/istatd/istatd-file.ts";
import { findSeries } from "../../storage/inspect/find-series.ts";
import { OfflineStore } from "../../storage/inspect/offline-store.ts";
import { bucketsOf } from "../../storage/inspect/series-buckets.ts";
import { realEnvironment } from "../../storage/node-files.ts";
import { dataDirOption, dataFolder } from "../data-dir.ts";
import { UsageError } from "../exit.ts";
import { printAll } from "../output.ts";
import { complain, runTool, wholeNumber } from "./tool.ts";

const FILEDUMP_HELP = `
FILE is a StatFile of istatd, which is not changed. With --series the buckets of one of our own
series are printed in the same way, of --tier, from the data directory as it is on the disk.

Examples:
  statite istat filedump /var/db/istatd/store/web/load/10s
  statite istat filedump --series web.load --data-dir /var/lib/statite --tier 1`;

interface FiledumpOptions {
  full?: true;
  force?: true;
  series?: string;
  tier: string;
  dataDir: string;
}

/** `statite istat filedump` and `statite istat fileinfo`. */
export function addFileTools(command: Command): void {
  command
    .command("filedump")
    .description("print the buckets of a StatFile of istatd, as CSV")
    .argument("[file]", "a StatFile")
    .option("--full", "the header, and every place of the ring that holds something")
    .option("--force", "taken for what istatd_filedump takes it for; there is nothing to force")
    .option("--series <name>", "of a series of ours instead")
    .option("--tier <n>", "place in its retention, 0 for the finest", "0")
    .addOption(dataDirOption())
    .addHelpText("after", FILEDUMP_HELP)
    .action((file: string | undefined, options: FiledumpOptions) =>
      runTool(async () => {
        if ((file === undefined) === (options.series === undefined)) {
          throw new UsageError("name either a StatFile or a --series");
        }
        if (file === undefined) return dumpSeries(options);
        await withFile(file, (open) =>
          printAll(options.full === true ? fullDump(open) : filedumpRows(open)),
        );
        return true;
      }),
    );
  command
    .command("fileinfo")
    .description("print what the headers of StatFiles of istatd say")
    .argument("<file...>", "StatFiles")
    .action((files: string[]) =>
      runTool(async () => {
        let isAll = true;
        for (const file of files) {
          try {
            await withFile(file, (open) => printAll([fileInfo(file, open)]));
          } catch (error) {
            complain(error instanceof Error ? error.message : String(error));
            isAll = false;
          }
        }
        return isAll;
      }),
    );
}

/** @throws an Error that names the file */
async function withFile(path: string, use: (file: IstatdFile) => Promise<void>): Promise<void> {
  try {
    const file = IstatdFile.open(resolve(path));
    try {
      await use(file);
    } finally {
      file.close();
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(reason.includes(path) ? reason : `${path}: ${reason}`);
  }
}

async function dumpSeries(options: FiledumpOptions): Promise<boolean> {
  const tier = wholeNumber("--tier", options.tier, 0, 15);
  const store = OfflineStore.open(realEnvironment, dataFolder(options));
  try {
    const found = findSeries(store.names, options.series!, 1);
    await printAll(seriesRows(store, found[0]!.series, tier));
    for (const line of store.damage) complain(line);
    return store.damage.length === 0;
  } finally {
    store.close();
  }
}

/** What is kept of a bucket, in the columns of istatd. */
function* seriesRows(store: OfflineStore, series: number, tier: number): Generator<string> {
  yield FILEDUMP_HEAD;
  const row = new IstatdBuckets(1);
  const everything = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;
  for (const { time, count, sum, min, max, m2 } of bucketsOf(store, series, tier, ...everything)) {
    row.time[0] = time;
    row.sum[0] = sum;
    row.sumSq[0] = m2 + (sum * sum) / count;
    row.min[0] = min;
    row.max[0] = max;
    row.count[0] = count;
    yield filedumpRow(row, 0);
  }
}
