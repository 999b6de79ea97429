import { connect } from "node:net";
import type { Command } from "commander";
import { UsageError } from "../exit.ts";
import { complain, runTool, wholeNumber } from "./tool.ts";

const CONNECT_MS = 10_000;
/** A flush of istatd takes as long as its disk. */
const ANSWER_MS = 120_000;

const HELP = `
HOST and PORT are those of an admin port: of statite (--admin-listen) or of istatd.
Exit status: 0, 1 when it does not answer or answers huh?, 2 called wrongly.`;

interface AdminOptions {
  verbose?: true;
  quiet?: true;
}

/** `statite istat flush`, `purge` and `stat`: what istatd_flush, istatd_purge and istatd_stat do. */
export function addAdminTools(command: Command): void {
  const tool = (name: string, description: string): Command =>
    command
      .command(name)
      .description(description)
      .argument("<host>", "of the admin port")
      .argument("<port>", "of the admin port")
      .option("-v, --verbose", "print what is answered")
      .addHelpText("after", HELP);
  tool("flush", "have all that was received written to disk")
    .option("-q, --quiet", "print nothing")
    .action((host: string, port: string, options: AdminOptions) =>
      runTool(async () => {
        const began = performance.now();
        const lines = await ask(host, port, "flush");
        const seconds = (performance.now() - began) / 1000;
        if (options.verbose === true) print(lines);
        if (options.quiet !== true) print([`flush took ${Math.round(seconds)} seconds`]);
        return isDone(lines);
      }),
    );
  tool("purge", "forget agents that have left")
    .argument("[maxOld]", "how many are kept", "0")
    .argument("[maxAge]", "for how many seconds", "60")
    .option("-q, --quiet", "print nothing")
    .action((host: string, port: string, maxOld: string, maxAge: string, options: AdminOptions) =>
      runTool(async () => {
        const [old, age] = [maxOld, maxAge].map((text) =>
          wholeNumber("maxOld and maxAge", text, 0, 2 ** 31),
        );
        const lines = await ask(host, port, `purge ${old},${age}`);
        if (options.quiet !== true && options.verbose === true) print(lines);
        return isDone(lines);
      }),
    );
  tool("stat", "print numbers of the server").action((host: string, port: string) =>
    runTool(async () => {
      const lines = await ask(host, port, "stats");
      if (isDone(lines)) print(lines.slice(0, -1));
      return isDone(lines);
    }),
  );
}

function print(lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(""));
}

/** A refusal is told. */
function isDone(lines: readonly string[]): boolean {
  if (lines.at(-1) === "ok") return true;
  complain(lines.at(-1) ?? "no answer");
  return false;
}

/** Lines of an answer, the last one `ok` or one that begins with `huh?`. */
function ask(host: string, portText: string, command: string): Promise<string[]> {
  const port = Number(portText);
  if (!/^\d{1,5}$/.test(portText) || port === 0 || port > 65_535) {
    throw new UsageError(`${portText} is no port`);
  }
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: CONNECT_MS }, () => {
      socket.setTimeout(ANSWER_MS);
      socket.write(`${command}\n`);
    });
    let text = "";
    const finish = (work: () => void): void => {
      socket.destroy();
      work();
    };
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      const lines = text.split(/\r?\n/);
      lines.pop();
      const end = lines.findIndex((line) => line === "ok" || line.startsWith("huh?"));
      if (end >= 0) finish(() => resolve(lines.slice(0, end + 1)));
    });
    socket.on("timeout", () => finish(() => reject(new Error(`${host}:${port} does not answer`))));
    socket.on("error", (error) => finish(() => reject(error)));
    socket.on("close", () => reject(new Error(`${host}:${port} has ended the connection`)));
  });
}
