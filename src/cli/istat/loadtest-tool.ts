import type { Command } from "commander";
import { UsageError } from "../exit.ts";
import { countText } from "../units.ts";
import { loadtest } from "./loadtest.ts";
import { complain, hostAndPort, runTool, wholeNumber } from "./tool.ts";

const HELP = `
Sends gauge lines loadtest.SEED.N at a steady pace, and then asks over HTTP how many have arrived.
Nothing is queued: a server that does not take lines makes the test wait, and one that takes none for
10 seconds ends it. What is late is caught up with, at most a second's worth at once.

Exit status: 0 all have arrived, 1 some are lost or the server does not take them, 2 called wrongly.

Examples:
  statite istat loadtest --num 100000 --rate 20000 --counters 1000
  statite istat loadtest --host istatd:8111 --http istatd:8000 --num 600 --interval 100`;

interface LoadtestOptions {
  host: string;
  http: string;
  num: string;
  interval: string;
  rate?: string;
  counters: string;
  seed: string;
  udp?: true;
  check: boolean;
}

/** `statite istat loadtest`. */
export function addLoadtestTool(command: Command): void {
  command
    .command("loadtest")
    .description("send istat lines at a steady pace, and say what was lost")
    .option("--host <host:port>", "where lines are taken", "127.0.0.1:8111")
    .option("--http <host:port>", "where istatd's HTTP API is", "127.0.0.1:8000")
    .option("--num <n>", "lines", "1000")
    .option("--interval <ms>", "milliseconds between two lines", "1")
    .option("--rate <n>", "lines a second, instead of --interval")
    .option("--counters <n>", "counters that they are dealt out to", "10")
    .option("--seed <n>", "of the values, and in the names", "1")
    .option("--udp", "datagrams instead of a connection")
    .option("--no-check", "do not ask what has arrived")
    .addHelpText("after", HELP)
    .action((options: LoadtestOptions) => runTool(() => run(options)));
}

async function run(options: LoadtestOptions): Promise<boolean> {
  if (options.rate !== undefined && options.interval !== "1") {
    throw new UsageError("--rate and --interval say the same thing: give one of them");
  }
  const perSecond =
    options.rate === undefined
      ? 1000 / wholeNumber("--interval", options.interval, 1, 3_600_000)
      : wholeNumber("--rate", options.rate, 1, 10_000_000);
  const { sent, seconds, arrived, problem } = await loadtest({
    target: hostAndPort("--host", options.host),
    http: options.check ? hostAndPort("--http", options.http) : null,
    lines: wholeNumber("--num", options.num, 1, 1_000_000_000),
    perSecond,
    counters: wholeNumber("--counters", options.counters, 1, 10_000),
    seed: wholeNumber("--seed", options.seed, 0, 2 ** 31),
    isUdp: options.udp === true,
  });
  process.stdout.write(`Sent ${sent} metrics in ${seconds.toFixed(3)} seconds.\n`);
  if (problem !== null) complain(problem);
  if (arrived !== null) {
    const lost = sent - arrived;
    const share = ((lost / sent) * 100).toFixed(3);
    if (lost > 0) process.stdout.write(`Lost ${lost} metrics (${share} %).\n`);
    else if (lost < 0) process.stdout.write(`${countText(-lost, "metric")} more than were sent.\n`);
    else process.stdout.write("Lost nothing.\n");
  }
  return problem === null && (arrived === null || arrived === sent);
}
