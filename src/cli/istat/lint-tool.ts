import { createReadStream, statSync } from "node:fs";
import type { Command } from "commander";
import { lintStore } from "../../../compat/istatd/lint-store.ts";
import { parseInterval } from "../../model/interval.ts";
import { UsageError } from "../exit.ts";
import { LineWriter } from "../output.ts";
import { lintLines } from "./lint-lines.ts";
import { complain, runTool } from "./tool.ts";

const HELP = `
PATH is a file of istat lines (- for stdin): each line that a server would not take is named, and
why. Or it is the folder of an istatd store: each file in it that istatd would stumble over is named,
and with --age each that was not written for so long.

Exit status: 0 nothing found, 1 something found, 2 called wrongly.

Examples:
  statite istat lint lines.txt
  statite istat lint --age 1d /var/db/istatd/store`;

/** `statite istat lint`. */
export function addLintTool(command: Command): void {
  command
    .command("lint")
    .description("check files of istat lines, or an istatd store")
    .argument("<path...>", "files, folders, or - for stdin")
    .option("--age <span>", "files of a store that were not written for so long, 1d for instance")
    .option(
      "--now <seconds>",
      "the present, for lines: what is more than a minute ahead is refused",
    )
    .addHelpText("after", HELP)
    .action((paths: string[], options: { age?: string; now?: string }) =>
      runTool(() => run(paths, options)),
    );
}

async function run(
  paths: readonly string[],
  options: { age?: string; now?: string },
): Promise<boolean> {
  const now = options.now === undefined ? Date.now() / 1000 : Number(options.now);
  if (!Number.isFinite(now)) throw new UsageError(`--now: ${options.now} is no number`);
  const ageSeconds = options.age === undefined ? null : parseInterval(options.age);
  const out = new LineWriter();
  let found = 0;
  const say = (line: string): void => {
    found++;
    out.line(line);
  };
  for (const path of paths) {
    try {
      if (path !== "-" && statSync(path).isDirectory()) {
        lintStore(path, ageSeconds, now, (problem, file) => say(`W: ${problem}: ${file}`));
      } else {
        const input = path === "-" ? process.stdin : createReadStream(path);
        await lintLines(input, Math.floor(now), (line, reason, text) =>
          say(`${path}:${line}: ${reason}: ${text}`),
        );
      }
    } catch (error) {
      found++;
      complain(error instanceof Error ? error.message : String(error));
    }
  }
  out.end();
  return found === 0;
}
