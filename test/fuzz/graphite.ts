/**
 * Asks a real Graphite and a statite the same random questions about the same random series, and
 * tells where they disagree. Needs Debian's packages graphite-web and python3-whisper.
 *
 *     node dist/test/fuzz/graphite.js --seconds 600 --seed 7
 *
 * --only NAME,NAME   just these functions
 * --skip NAME,NAME   all but these
 * --target TEXT      just this target, in windows of all kinds
 *
 * Data and windows belong to a seed and a day: the same day, a seed asks the same again. What is
 * known to be different on purpose is in known-differences.ts.
 */
import { parseArgs } from "node:util";
import { temporaryFolder } from "../server.ts";
import type { Difference } from "./answer.ts";
import { CALLS } from "./calls.ts";
import { Chance } from "./chance.ts";
import { randomSeries } from "./data.ts";
import { namesIn, textOf } from "./expression.ts";
import { isKnown } from "./known-differences.ts";
import { describeQuestion, drawQuestion, type Question, simplerQuestions } from "./question.ts";
import { Servers } from "./servers.ts";

/** Questions asked to make one that shows a difference smaller. */
const MAX_SHRINKS = 150;

interface Finding {
  /** Which of the questions of the seed it began with. */
  number: number;
  question: Question;
  difference: Difference;
  count: number;
}

const { values: options } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 1e6)) },
    only: { type: "string" },
    skip: { type: "string" },
    target: { type: "string" },
  },
});
const seed = Number(options.seed);
const end = Math.floor(Date.now() / 86_400_000) * 86_400;
let stopAt = Number.POSITIVE_INFINITY;
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    stopAt = 0;
  });
}

const folder = temporaryFolder();
try {
  const series = randomSeries(new Chance(seed), end);
  const servers = await Servers.start(folder.path, series, end);
  try {
    const functions = (await servers.functions()).filter(isWanted);
    say(`seed ${seed}: ${series.length} series up to ${end}, ${functions.length} functions`);
    stopAt = Math.min(stopAt, Date.now() + Number(options.seconds) * 1000);
    const findings = await fuzz(servers, functions);
    for (const finding of findings) say(`${finding.count} x ${describe(finding)}`);
    process.exitCode = findings.length === 0 ? 0 : 1;
  } finally {
    await servers.stop();
  }
} finally {
  folder.remove();
}

/** Functions that arguments can be drawn for, and that were asked for. */
function isWanted(name: string): boolean {
  const isAsked = options.only === undefined || options.only.split(",").includes(name);
  return Object.hasOwn(CALLS, name) && isAsked && options.skip?.split(",").includes(name) !== true;
}

async function fuzz(servers: Servers, functions: readonly string[]): Promise<Finding[]> {
  const counts = { same: 0, graphiteFails: 0, bothFail: 0, known: 0, hung: 0, different: 0 };
  const findings = new Map<string, Finding>();
  for (let number = 1; Date.now() < stopAt; number++) {
    const chance = new Chance(seed * 1_000_003 + number);
    const question = drawQuestion(chance, functions, end, options.target);
    if (isKnown(question, null)) {
      counts.known++;
      continue;
    }
    const outcome = await servers.ask(question);
    if (outcome === null) {
      // A signal to end this may have reached Graphite as well.
      if (Date.now() >= stopAt) break;
      counts.hung++;
      say(`Graphite hangs: ${textOf(question.target)}`);
    } else if (outcome.difference !== null) {
      if (isKnown(question, outcome.difference)) counts.known++;
      else {
        counts.different++;
        const finding = { number, question, difference: outcome.difference, count: 1 };
        record(await shrunk(servers, finding), findings);
      }
    } else if (outcome.graphite.series !== null) counts.same++;
    else if (outcome.ours.series !== null) counts.graphiteFails++;
    else counts.bothFail++;
  }
  say(`\n${JSON.stringify(counts)}`);
  return [...findings.values()].sort((a, b) => b.count - a.count);
}

/** The smallest question that shows a difference still. */
async function shrunk(servers: Servers, finding: Finding): Promise<Finding> {
  let smallest = finding;
  let asked = 0;
  for (let isSmaller = true; isSmaller; ) {
    isSmaller = false;
    for (const question of simplerQuestions(smallest.question)) {
      if (isKnown(question, null)) continue;
      if (++asked > MAX_SHRINKS) return smallest;
      const difference = (await servers.ask(question))?.difference ?? null;
      if (difference === null || isKnown(question, difference)) continue;
      smallest = { ...smallest, question, difference };
      isSmaller = true;
      break;
    }
  }
  return smallest;
}

/** One of each kind is told, the others are counted. */
function record(finding: Finding, findings: Map<string, Finding>): void {
  const kind = `${finding.difference.kind} ${namesIn(finding.question.target).join(" ")}`;
  const known = findings.get(kind);
  if (known !== undefined) known.count++;
  else {
    findings.set(kind, finding);
    say(describe(finding));
  }
}

function describe({ number, question, difference }: Finding): string {
  return `#${number} ${difference.kind}: ${describeQuestion(question)}\n    ${difference.text}`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
