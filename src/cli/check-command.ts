import { resolve } from "node:path";
import type { Command } from "commander";
import { type CheckSummary, checkStore } from "../storage/inspect/check-store.ts";
import type { CheckEvents, Problem } from "../storage/inspect/findings.ts";
import { lockOwner } from "../storage/lock.ts";
import { realEnvironment } from "../storage/node-files.ts";
import { endQuietlyWithReader, FAILED, fail, statusOf } from "./exit.ts";
import { Progress } from "./progress.ts";
import { bytesText, countText } from "./units.ts";

const HELP = `
Reads every byte of the data directory DIR and compares it with its checksums, decodes every block,
and sees whether the files belong together. Nothing is changed and no lock is taken: it works on a
stopped store, on a copy, and with reservations on one that is in use.

Each problem is one line: file, offset, what is wrong, and what it costs.
Exit status: 0 all is well, 1 there are problems, 2 called wrongly.

Examples:
  statite check ./data
  statite check --json /mnt/backup/statite | jq '.problems[].file'`;

/** `statite check DIR`. */
export function addCheckCommand(program: Command): void {
  program
    .command("check")
    .description("verify a data directory without changing it")
    .argument("<dir>", "data directory")
    .option("--json", "print one JSON document instead of lines")
    .addHelpText("after", HELP)
    .action((dir: string, { json }: { json?: true }) => {
      endQuietlyWithReader();
      try {
        process.exitCode = check(resolve(dir), json === true) === 0 ? 0 : FAILED;
      } catch (error) {
        fail(error, statusOf(error));
      }
    });
}

/** Prints what is found; returns the number of problems. */
function check(folder: string, isJson: boolean): number {
  const progress = new Progress("check", bytesText);
  const problems: Problem[] = [];
  const notes: string[] = [];
  const print = (line: string): void => {
    progress.clear();
    process.stdout.write(`${line}\n`);
  };
  const events: CheckEvents = {
    problem: (problem) => (isJson ? problems.push(problem) : print(problemLine(problem))),
    note: (text) => (isJson ? notes.push(text) : print(`note: ${text}`)),
    progress: (done, total) => progress.update(done, total),
  };
  const inUseBy = lockOwner(folder);
  if (inUseBy !== null) {
    process.stderr.write(
      `statite: process ${inUseBy} has ${folder} open: files may change while they are checked\n`,
    );
  }
  const summary = checkStore(realEnvironment, folder, events);
  progress.clear();
  if (isJson) print(JSON.stringify({ folder, inUseBy, problems, notes, summary }));
  else for (const line of summaryLines(summary)) print(line);
  return summary.problems;
}

function problemLine({ file, offset, what, cost }: Problem): string {
  return `${file} at ${offset}: ${what}; ${cost}`;
}

function summaryLines(summary: CheckSummary): string[] {
  const { statfiles, statfileBytes, sections, blocks, points } = summary;
  const { logFiles, logFrames, series, plans, documents, problems } = summary;
  return [
    `${countText(statfiles, "StatFile")} (${bytesText(statfileBytes)}): ` +
      `${countText(sections, "section")}, ${countText(blocks, "block")}, ${countText(points, "point")}`,
    `${countText(logFiles, "log file")}: ${countText(logFrames, "frame")}; ` +
      `${countText(series, "series", "series")}, ${countText(plans, "plan")}, ` +
      countText(documents, "document"),
    problems === 0 ? "no problems" : countText(problems, "problem"),
  ];
}
