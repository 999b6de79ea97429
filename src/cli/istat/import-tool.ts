import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Command } from "commander";
import { IstatdFile } from "../../../compat/istatd/istatd-file.ts";
import { type IstatdSamples, StatFileUpdate } from "../../../compat/istatd/update-file.ts";
import { UsageError } from "../exit.ts";
import { complain, hostAndPort, runTool } from "./tool.ts";

const HELP = `
Reads lines "time sum sumsq min max count" from stdin. With --stat-file they go into a StatFile of
istatd: buckets that are there are overwritten, or with --fill-empty merged. istatd must not run on
it meanwhile. With --counter they are sent to a running server as sets of samples, which merge into
what it has of that counter.

Lines that are none are named and passed over; the exit status is 1 then.

Examples:
  statite istat import --stat-file store/web/load/10s --fill-empty < buckets.txt
  statite istat import --counter web.load --host 127.0.0.1:8111 < buckets.txt`;

interface ImportOptions {
  statFile?: string;
  fillEmpty?: true;
  counter?: string;
  host: string;
}

type Line = { samples: IstatdSamples; text: string };

/** `statite istat import`. */
export function addImportTool(command: Command): void {
  command
    .command("import")
    .description("put buckets from stdin into a StatFile of istatd, or into a running server")
    .option("--stat-file <file>", "the StatFile")
    .option("--fill-empty", "merge with what a bucket holds, instead of overwriting it")
    .option("--counter <name>", "the counter, of a running server")
    .option("--host <host:port>", "where that takes istat lines", "127.0.0.1:8111")
    .addHelpText("after", HELP)
    .action((options: ImportOptions) => runTool(() => run(options)));
}

async function run({ statFile, fillEmpty, counter, host }: ImportOptions): Promise<boolean> {
  if ((statFile === undefined) === (counter === undefined)) {
    throw new UsageError("name either a --stat-file or a --counter");
  }
  if (counter !== undefined) {
    if (!/^[^\s#@$%&;:][^\s]*$/.test(counter))
      throw new UsageError(`--counter: ${counter} is no name`);
    return send(counter, hostAndPort("--host", host));
  }
  return update(resolve(statFile!), fillEmpty === true ? "fill-empty" : "overwrite");
}

/** The lines of stdin that are good; `onBad` is told of the others. */
async function* linesOf(onBad: () => void): AsyncGenerator<Line> {
  let number = 0;
  for await (const text of createInterface({ input: process.stdin })) {
    number++;
    if (text.trim() === "" || text.startsWith("#")) continue;
    const fields = text.trim().split(/\s+/);
    const numbers = fields.map(Number);
    const [time, sum, sumSq, min, max, count] = numbers as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const isGood =
      fields.length === 6 &&
      fields.every((field) => /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(field)) &&
      Number.isSafeInteger(time) &&
      Number.isInteger(count) &&
      count >= 0 &&
      count < 2 ** 31;
    if (isGood) yield { samples: { time, sum, sumSq, min, max, count }, text: fields.join(" ") };
    else {
      complain(`line ${number}: not time sum sumsq min max count: ${text.slice(0, 200)}`);
      onBad();
    }
  }
}

/** The file is whole at every moment: another one takes its place. */
async function update(path: string, mode: "overwrite" | "fill-empty"): Promise<boolean> {
  let isAll = true;
  const { header, ...file } = openFile(path);
  const into = new StatFileUpdate(file.bytes, header);
  for await (const { samples } of linesOf(() => (isAll = false))) {
    if (into.put(samples, mode)) continue;
    complain(`${path} does not reach back to ${samples.time}`);
    isAll = false;
  }
  const partial = `${path}.partial`;
  try {
    writeFileSync(partial, file.bytes, { mode: statSync(path).mode, flush: true });
    renameSync(partial, path);
  } finally {
    rmSync(partial, { force: true });
  }
  return isAll;
}

function openFile(path: string): { bytes: Buffer; header: IstatdFile["header"] } {
  try {
    const bytes = readFileSync(path);
    return { bytes, header: IstatdFile.of(bytes).header };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(reason.includes(path) ? reason : `${path}: ${reason}`);
  }
}

async function send(counter: string, address: { host: string; port: number }): Promise<boolean> {
  let isAll = true;
  const socket = connect(address);
  const failed = new Promise<never>((_resolve, reject) => socket.once("error", reject));
  // Whoever waits hears of it; nobody else has to.
  failed.catch(() => {});
  await Promise.race([new Promise((resolve) => socket.once("connect", resolve)), failed]);
  socket.resume();
  for await (const { text } of linesOf(() => (isAll = false))) {
    if (socket.write(`${counter} ${text}\n`)) continue;
    await Promise.race([new Promise((resolve) => socket.once("drain", resolve)), failed]);
  }
  socket.end();
  await Promise.race([new Promise((resolve) => socket.once("close", resolve)), failed]);
  return isAll;
}
