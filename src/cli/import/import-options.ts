import type { Command } from "commander";
import type { TreeOptions } from "../../../compat/import/import-tree.ts";
import { pathMatcher } from "../../../compat/path-matcher.ts";
import { loadRules } from "../../config/rules.ts";
import { canonicalName } from "../../model/series-name.ts";
import { parseTimeExpression } from "../../model/time-expression.ts";
import { UsageError } from "../exit.ts";

/** What all imports take. */
export interface ImportOptions {
  dataDir: string;
  prefix?: string;
  match?: string;
  since?: string;
  schemas?: string;
  maxSeries: string;
  to?: string;
  tokenFile?: string;
  dryRun?: true;
  verify?: true;
}

export function withImportOptions(command: Command): Command {
  return command
    .option("--data-dir <dir>", "data directory", process.env.STATITE_DATA_DIR ?? "./data")
    .option("--to <url>", "send it to a server elsewhere, instead of the data directory")
    .option("--token-file <file>", "token of an admin of that server; else STATITE_TOKEN has it")
    .option("--prefix <name>", "put before every name")
    .option("--match <glob>", "only series whose name, prefix included, matches")
    .option("--since <time>", "only what is not older: -90d, 20260115, seconds since 1970")
    .option("--schemas <file>", "storage-schemas.conf, for the retention of new series")
    .option("--max-series <n>", "series that the store may have in the end", "16000000")
    .option("--dry-run", "only say what there is")
    .option("--verify", "compare every point afterwards");
}

/** @throws UsageError, GraphiteError for what is no glob or time */
export function treeOptionsOf(options: ImportOptions): TreeOptions {
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
    retentionsOf: (name) => (schemas === undefined ? null : rules.storage.statedRetentionsOf(name)),
    now,
    since: since === undefined ? Number.NEGATIVE_INFINITY : parseTimeExpression(since, now, "UTC"),
  };
}

/** @throws UsageError */
export function maxSeriesOf(options: ImportOptions): number {
  const maxSeries = Number(options.maxSeries);
  if (Number.isInteger(maxSeries) && maxSeries >= 1) return maxSeries;
  throw new UsageError("--max-series is a number of series, 1 or more");
}
