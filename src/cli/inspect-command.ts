import { statSync } from "node:fs";
import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { parseTimeExpression } from "../model/time-expression.ts";
import { knownTimeZone } from "../model/time-zone.ts";
import { readOnly } from "../storage/inspect/read-only-files.ts";
import { nodeFiles } from "../storage/node-files.ts";
import { endQuietlyWithReader, FAILED, fail, statusOf, UsageError } from "./exit.ts";
import { inspectFile } from "./inspect-file.ts";
import { inspectSeries, type SeriesQuestion } from "./inspect-series.ts";
import type { SeriesFormat } from "./series-text.ts";

const HELP = `
PATH is a file of a store: a StatFile, a log file, the manifest, the catalogue or a collection of
documents; what is in it is printed. Or it is a data directory: then SERIES names what to print of it, by a name or a glob.
Nothing is changed and no lock is taken.

A time is what Graphite takes: seconds since 1970, -2h, noon yesterday, 18:30_20260115, 20260115.
Buckets that start in [from, until) are printed; without --from and --until, all that there are.
Exit status: 0, 1 when something is damaged or there is no such series, 2 called wrongly.

Examples:
  statite inspect ./data/wal/0000000012.wal --records
  statite inspect ./data/manifest
  statite inspect ./data/documents/events --format json
  statite inspect ./data servers.web1.load --from -6h
  statite inspect ./data 'servers.*.load' --tier 1 --from 20260101 --until 20260201 --format csv`;

interface InspectOptions {
  from?: string;
  until?: string;
  timeZone?: string;
  tier?: string;
  limit?: string;
  records?: true;
  format: SeriesFormat;
}

const DEFAULT_LIMIT = 1000;

/** `statite inspect FILE` and `statite inspect DIR SERIES`. */
export function addInspectCommand(program: Command): void {
  program
    .command("inspect")
    .description("print what is in a file of a store, or the buckets of series")
    .argument("<path>", "file, or data directory")
    .argument("[series]", "name or glob; only with a data directory")
    .option("--from <time>", "of the first bucket")
    .option("--until <time>", "of the end")
    .option("--time-zone <zone>", "of times that are given [UTC]")
    .option("--tier <n>", "place in the retention, 0 for the finest [0]")
    .option("--limit <n>", `series that a glob may stand for [${DEFAULT_LIMIT}]`)
    .option("--records", "every record of a log file or the catalogue")
    .addOption(
      new Option("--format <format>", "how to print")
        .choices(["text", "csv", "json"])
        .default("text"),
    )
    .addHelpText("after", HELP)
    .action(async (path: string, series: string | undefined, options: InspectOptions) => {
      endQuietlyWithReader();
      try {
        process.exitCode = (await inspect(resolve(path), series, options)) ? 0 : FAILED;
      } catch (error) {
        fail(error, statusOf(error));
      }
    });
}

/** False when something could not be read. */
async function inspect(
  path: string,
  series: string | undefined,
  options: InspectOptions,
): Promise<boolean> {
  const files = readOnly(nodeFiles);
  if (!files.exists(path)) throw new UsageError(`${path}: there is no such file or folder`);
  if (statSync(path).isDirectory()) {
    if (series === undefined) {
      throw new UsageError(`${path} is a folder: name a series, or a file in it`);
    }
    if (options.records) throw new UsageError("--records is for log files and the catalogue");
    return inspectSeries(path, questionOf(series, options));
  }
  for (const name of ["from", "until", "timeZone", "tier", "limit"] as const) {
    if (options[name] === undefined && series === undefined) continue;
    throw new UsageError(`${path} is a file: series and their options go with a data directory`);
  }
  const { format, records } = options;
  if (format === "csv") throw new UsageError("--format csv is for series");
  return inspectFile(files, path, format, records === true);
}

function questionOf(series: string, options: InspectOptions): SeriesQuestion {
  const zone = knownTimeZone(options.timeZone ?? "UTC");
  if (zone === null) throw new UsageError(`--time-zone: there is no zone ${options.timeZone}`);
  const now = Math.floor(Date.now() / 1000);
  const timeOf = (text: string | undefined, absent: number): number =>
    text === undefined ? absent : parseTimeExpression(text, now, zone);
  const from = timeOf(options.from, Number.NEGATIVE_INFINITY);
  const until = timeOf(options.until, Number.POSITIVE_INFINITY);
  if (from >= until) throw new UsageError("--from must be before --until");
  return {
    series,
    range: { tier: numberOf("--tier", options.tier, 0), from, until },
    limit: numberOf("--limit", options.limit, DEFAULT_LIMIT),
    format: options.format,
  };
}

function numberOf(flag: string, text: string | undefined, absent: number): number {
  if (text === undefined) return absent;
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`${flag}: ${text} is no whole number`);
  return Number(text);
}
