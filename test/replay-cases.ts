/**
 * Asks a real Graphite what the case scripts ask, and tells where it says otherwise than they do.
 * Needs Debian's packages graphite-web and python3-whisper.
 *
 *     node dist/test/replay-cases.js [transform/scale ...]
 *
 * What 1.1.8 has otherwise is counted and not asked, like what fails with us.
 */
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { problemOf } from "./case-problem.ts";
import { type CaseStep, parseCaseScript } from "./case-script.ts";
import { ask, type Params } from "./fuzz/answer.ts";
import { GraphiteWeb } from "./fuzz/graphite-web.ts";
import type { GivenSeries } from "./memory-source.ts";
import { temporaryFolder } from "./server.ts";

const FOLDER = "test/cases";
const ASK_MS = 20_000;
const RETENTION_SECONDS = 10 * 365 * 86_400;
/** What the packaged Graphite has otherwise. */
const OTHERWISE: readonly [reason: string, target: RegExp][] = [
  ["its moving windows end a point earlier", /\bmoving[A-Z]/],
  ["it crashes at gaps", /\b(nonNegativeDerivative|perSecond)\(.*,/],
  ["it does not have them yet", /\b(compressPeriodicGaps|lower|upper)\(/],
  ["it forgets the stages before these", /\|exponentialMovingAverage\(/],
  ["it crashes at seasons of one point", /\bholtWinters\w+\(.*"1min"\)/],
  ["it crashes at numbers that are too great", /\bexp\(scale\(/],
  ["it fetches no series for arguments that are given by name", /referenceSeries=/],
];

const wanted = process.argv.slice(2);
const scripts = readdirSync(FOLDER)
  .flatMap((group) => readdirSync(`${FOLDER}/${group}`).map((file) => `${group}/${file}`))
  .filter((path) => wanted.length === 0 || wanted.includes(path.replace(".case", "")));
const folder = temporaryFolder();
const graphiteFolder = join(folder.path, "graphite");
mkdirSync(graphiteFolder);
const graphite = await GraphiteWeb.start(graphiteFolder);
const counts = { same: 0, different: 0, skipped: 0 };
try {
  for (const path of scripts) await replay(path);
} finally {
  await graphite.stop();
  folder.remove();
}
say(JSON.stringify(counts));
process.exitCode = counts.different === 0 ? 0 : 1;

async function replay(path: string): Promise<void> {
  let loaded: readonly GivenSeries[] | null = null;
  for (const step of parseCaseScript(readFileSync(`${FOLDER}/${path}`, "utf8"))) {
    // Where we refuse, Graphite may crash, or never come back.
    if ("message" in step.expected || OTHERWISE.some(([, target]) => target.test(step.target))) {
      counts.skipped++;
      continue;
    }
    if (step.series !== loaded) await graphite.load(step.series.map(stored));
    loaded = step.series;
    const answer = await ask(graphite.url("/render"), paramsOf(step), ASK_MS);
    const message = answer.series === null ? `${answer.status} ${answer.message}` : null;
    const problem = problemOf(step, { message, series: answer.series ?? [] });
    if (problem === null) counts.same++;
    else {
      counts.different++;
      say(`${path}:${step.line} ${step.target}: ${problem}`);
    }
  }
}

function stored({ name, start, step, values }: GivenSeries): Parameters<GraphiteWeb["load"]>[0][0] {
  const points = values.map((value, i): [number, number] => [start + i * step, value]);
  const known = points.filter(([, value]) => !Number.isNaN(value));
  return { name, step, points: RETENTION_SECONDS / step, values: known };
}

function paramsOf({ target, request }: CaseStep): Params {
  const { from, until, now, tz, maxDataPoints, xFilesFactor } = request;
  return {
    target,
    from: String(from),
    until: String(until),
    now: String(now),
    format: "json",
    noCache: "1",
    ...(tz === undefined ? {} : { tz }),
    ...(maxDataPoints === undefined ? {} : { maxDataPoints: String(maxDataPoints) }),
    ...(xFilesFactor === undefined ? {} : { xFilesFactor: String(xFilesFactor) }),
  };
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
