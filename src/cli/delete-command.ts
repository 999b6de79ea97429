import { createInterface } from "node:readline/promises";
import type { Command } from "commander";
import { ControlClient } from "./control-client.ts";
import { dataDirOption, dataFolder } from "./data-dir.ts";
import { endQuietlyWithReader, FAILED, fail, statusOf, UsageError } from "./exit.ts";
import { printAll } from "./output.ts";
import { countText } from "./units.ts";

const HELP = `
PATTERN is the name of a series, a glob, or seriesByTag("tag=value", …); quote it. A glob stands for
series, not for branches: 'servers.web1.**' is all below servers.web1.

The series are gone at once and for good, with all that they hold. One that comes later under the
same name begins anew. Their space on disk is given back when files are merged or written again.

On a terminal the command shows what would go and asks. Exit status: 0 done, 1 no series matches or
it failed, 2 called wrongly.

Examples:
  statite delete 'test.**' --dry-run
  statite delete servers.web1.load 'servers.web2.*' --yes
  statite delete 'seriesByTag("env=old")' --data-dir /var/lib/statite`;

/** Names that are shown before it is asked. */
const SHOWN = 20;

interface DeleteOptions {
  dryRun?: true;
  yes?: true;
  dataDir: string;
}

interface DeleteAnswer {
  count: number;
  series: string[];
}

/** `statite delete PATTERN…`. */
export function addDeleteCommand(program: Command): void {
  program
    .command("delete")
    .description("delete series of a running server for good")
    .argument("<pattern...>", "names, globs or tag expressions")
    .option("--dry-run", "only print what would go")
    .option("--yes", "do not ask")
    .addOption(dataDirOption())
    .addHelpText("after", HELP)
    .action(async (patterns: string[], options: DeleteOptions) => {
      endQuietlyWithReader();
      try {
        process.exitCode = (await run(patterns, options)) ? 0 : FAILED;
      } catch (error) {
        fail(error, statusOf(error));
      }
    });
}

/** False when there was nothing to delete, or the answer was no. */
async function run(patterns: readonly string[], options: DeleteOptions): Promise<boolean> {
  const isTerminal = process.stdin.isTTY && process.stderr.isTTY;
  if (options.dryRun !== true && options.yes !== true && !isTerminal) {
    throw new UsageError("nobody can be asked here: add --yes, or --dry-run to see what would go");
  }
  const client = new ControlClient(dataFolder(options));
  const ask = async (isDry: boolean): Promise<DeleteAnswer> => {
    const body = { pattern: patterns, dryRun: isDry ? 1 : 0 };
    return (await client.call("POST", "/_/delete", body)) as DeleteAnswer;
  };
  if (options.dryRun === true) {
    const { count, series } = await ask(true);
    await printAll(series.map((path) => `${path}\n`));
    process.stderr.write(`${countText(count, "series", "series")} would be deleted\n`);
    return count > 0;
  }
  if (options.yes !== true && !(await isWanted(await ask(true)))) return false;
  const { count } = await ask(false);
  process.stdout.write(`${countText(count, "series", "series")} deleted\n`);
  return count > 0;
}

async function isWanted({ count, series }: DeleteAnswer): Promise<boolean> {
  const what = countText(count, "series", "series");
  if (count === 0) {
    process.stderr.write(`${what}: nothing to delete\n`);
    return false;
  }
  for (const path of series.slice(0, SHOWN)) process.stderr.write(`  ${path}\n`);
  if (count > SHOWN) process.stderr.write(`  and ${count - SHOWN} more\n`);
  const questions = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await questions.question(`Delete ${what} for good? [y/N] `);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    questions.close();
  }
}
