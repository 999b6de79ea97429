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
 * Data and windows belong to a seed and a day: the same day, a seed asks the same again.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { TestServer, temporaryFolder } from "../server.ts";
import {
  type Answer,
  ask,
  type Difference,
  differenceOf,
  type Params,
  parseJson,
} from "./answer.ts";
import { CALLS, MOVING, POINTWISE } from "./calls.ts";
import { Chance } from "./chance.ts";
import { type FuzzSeries, randomSeries, SCHEMAS } from "./data.ts";
import { namesIn, type Part, pipedTextOf, smaller, textOf } from "./expression.ts";
import { Grammar } from "./grammar.ts";
import { GraphiteWeb } from "./graphite-web.ts";
import { isKnown } from "./known-differences.ts";

const ASK_MS = 20_000;
const MAX_DEPTH = 4;
const MAX_SHRINKS = 150;

interface Servers {
  graphite: GraphiteWeb;
  ours: TestServer;
}

/** One question; `later` seconds are added to Graphite's window, for functions of moving windows. */
interface Question {
  target: Part;
  isPiped: boolean;
  window: { from: number; until: number };
  later: number;
  params: Params;
}

interface Finding {
  question: Question;
  difference: Difference;
  seed: number;
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

await main();

async function main(): Promise<void> {
  const seed = Number(options.seed);
  const folder = temporaryFolder();
  const end = Math.floor(Date.now() / 86_400_000) * 86_400;
  const series = randomSeries(new Chance(seed), end);
  let servers: Servers | null = null;
  try {
    servers = await start(folder.path, series, end);
    const functions = await commonFunctions(servers);
    say(`seed ${seed}, ${series.length} series up to ${end}, ${functions.length} functions`);
    await fuzz(servers, functions, seed, end);
  } finally {
    await servers?.graphite.stop();
    await servers?.ours.stop();
    folder.remove();
  }
}

async function start(folder: string, series: readonly FuzzSeries[], end: number): Promise<Servers> {
  const schemas = join(folder, "storage-schemas.conf");
  writeFileSync(schemas, SCHEMAS);
  mkdirSync(join(folder, "graphite"));
  const graphite = await GraphiteWeb.start(join(folder, "graphite"), series);
  const ours = await TestServer.start(join(folder, "data"), ["--schemas", schemas]);
  for (const url of [graphite.url("/events/"), ours.url("/events/")]) await postEvents(url, end);
  const lines = series.flatMap(({ name, values }) =>
    values.map(([time, value]) => `${name} ${value} ${time}\n`),
  );
  const now = Math.floor(Date.now() / 1000);
  lines.push(`fuzz.sentinel.s10.sent 1 ${now}\n`);
  await ours.send("carbon", lines.join(""));
  for (let i = 0; (await ours.values("fuzz.sentinel.s10.sent", now - 60, now)).size === 0; i++) {
    if (i > 600) throw new Error("what was sent does not arrive");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { graphite, ours };
}

/** Only the function events looks at them; a server that does not take any has no such function. */
async function postEvents(url: string, end: number): Promise<void> {
  for (const [tags, ago] of [
    ["deploy", 100],
    ["deploy outage", 1800],
    ["outage", 1801],
    ["deploy", 5000],
  ] as const) {
    const event = { what: "event", tags, when: end - ago, data: "" };
    await fetch(url, { method: "POST", body: JSON.stringify(event) });
  }
}

/** What both servers know, we can draw arguments for, and was asked for. */
async function commonFunctions({ graphite, ours }: Servers): Promise<string[]> {
  const listOf = async (url: string): Promise<string[]> =>
    Object.keys(parseJson(await (await fetch(url)).text()) as object);
  const theirs = await listOf(graphite.url("/functions"));
  const known = new Set(await listOf(ours.url("/functions")));
  const only = options.only?.split(",");
  const skip = options.skip?.split(",") ?? [];
  return theirs.filter(
    (name) =>
      known.has(name) &&
      Object.hasOwn(CALLS, name) &&
      (only === undefined || only.includes(name)) &&
      !skip.includes(name),
  );
}

async function fuzz(
  servers: Servers,
  functions: readonly string[],
  seed: number,
  end: number,
): Promise<void> {
  const stop = Date.now() + Number(options.seconds) * 1000;
  const counts = { same: 0, graphiteFails: 0, bothFail: 0, known: 0, hung: 0, different: 0 };
  const findings = new Map<string, Finding>();
  for (let number = 1; Date.now() < stop; number++) {
    const questionSeed = seed * 1_000_003 + number;
    const question = draw(new Chance(questionSeed), functions, end);
    if (isKnown(question.target, null)) {
      counts.known++;
      continue;
    }
    const outcome = await compare(servers, question);
    if (outcome === "hung") {
      counts.hung++;
      say(`Graphite hangs: ${textOf(question.target)}`);
      await servers.graphite.restart();
      continue;
    }
    if (outcome.difference === null || isKnown(question.target, outcome.difference)) {
      if (outcome.graphite.series !== null) counts.same++;
      else if (outcome.ours.series !== null) counts.graphiteFails++;
      else counts.bothFail++;
      continue;
    }
    counts.different++;
    await report(
      servers,
      { question, difference: outcome.difference, seed: number, count: 1 },
      findings,
    );
  }
  say(`\n${JSON.stringify(counts)}`);
  for (const finding of [...findings.values()].sort((a, b) => b.count - a.count)) {
    say(`${finding.count} x ${describe(finding)}`);
  }
  process.exitCode = findings.size === 0 ? 0 : 1;
}

function draw(chance: Chance, functions: readonly string[], end: number): Question {
  const window = drawWindow(chance, end);
  const grammar = new Grammar(chance, functions, window);
  const plain = functions.filter((name) => !MOVING.includes(name));
  const isMoving = functions.length > plain.length && (plain.length === 0 || chance.happens(0.1));
  let target: Part;
  if (options.target !== undefined) target = { path: options.target };
  else if (isMoving) target = grammar.movingTarget(chance.integer(1, 3));
  else target = new Grammar(chance, plain, window).target(chance.integer(1, MAX_DEPTH));
  const isPiped = chance.happens(0.1) && !namesIn(target).some(Grammar.fetches);
  const params: Record<string, string> = {};
  if (!isMoving && chance.happens(0.25)) params.maxDataPoints = String(chance.integer(1, 200));
  if (chance.happens(0.1)) params.xFilesFactor = chance.pick(["0.2", "0.5", "1"]);
  if (chance.happens(0.1)) params.tz = chance.pick(["Europe/Berlin", "America/New_York"]);
  return { target, isPiped, window, later: isMoving ? grammar.step : 0, params };
}

function drawWindow(chance: Chance, end: number): { from: number; until: number } {
  const until = end - chance.pick([0, 1, 60, 600, 3600, chance.integer(0, 7200)]);
  const span = chance.pick([600, 3600, 7200, chance.integer(1, 9000), chance.integer(60, 1200)]);
  return { from: until - span, until };
}

type Outcome = { graphite: Answer; ours: Answer; difference: Difference | null };

async function compare(servers: Servers, question: Question): Promise<Outcome | "hung"> {
  const { target, isPiped, window, later, params } = question;
  const paramsOf = (shift: number): Params => ({
    ...params,
    target: isPiped ? pipedTextOf(target) : textOf(target),
    from: String(window.from + shift),
    until: String(window.until + shift),
    format: "json",
    noCache: "1",
  });
  const ours = ask(servers.ours.url("/render"), paramsOf(0), ASK_MS);
  let graphite: Answer;
  try {
    graphite = await ask(servers.graphite.url("/render"), paramsOf(later), ASK_MS);
  } catch {
    await ours;
    return "hung";
  }
  const answer = await ours;
  return { graphite, ours: answer, difference: differenceOf(graphite, answer, later) };
}

/** Makes it as small as it gets, and tells it unless one of its kind was told already. */
async function report(
  servers: Servers,
  finding: Finding,
  findings: Map<string, Finding>,
): Promise<void> {
  let asked = 0;
  let smallest = finding;
  for (let isSmaller = true; isSmaller && asked < MAX_SHRINKS; ) {
    isSmaller = false;
    for (const question of simpler(smallest.question)) {
      if (isKnown(question.target, null)) continue;
      if (++asked > MAX_SHRINKS) break;
      const outcome = await compare(servers, question);
      if (outcome === "hung") {
        await servers.graphite.restart();
        continue;
      }
      if (outcome.difference === null || isKnown(question.target, outcome.difference)) continue;
      smallest = { ...smallest, question, difference: outcome.difference };
      isSmaller = true;
      break;
    }
  }
  const key = `${smallest.difference.kind} ${namesIn(smallest.question.target).join(" ")}`;
  const known = findings.get(key);
  if (known !== undefined) {
    known.count++;
    return;
  }
  findings.set(key, smallest);
  say(describe(smallest));
}

function simpler(question: Question): Question[] {
  const simpler: Question[] = [];
  if (question.isPiped) simpler.push({ ...question, isPiped: false });
  for (const name of Object.keys(question.params)) {
    const params = Object.fromEntries(
      Object.entries(question.params).filter(([key]) => key !== name),
    );
    simpler.push({ ...question, params });
  }
  for (const target of smaller(question.target)) {
    if (question.later === 0 || isMoving(target)) simpler.push({ ...question, target });
  }
  const { from, until } = question.window;
  if (until - from > 120) {
    const half = Math.floor((until - from) / 2);
    simpler.push({ ...question, window: { from, until: until - half } });
    simpler.push({ ...question, window: { from: from + half, until } });
  }
  return simpler;
}

/** Whether all series come out of moving windows, so that they may be asked for another time. */
function isMoving(part: Part): boolean {
  if (typeof part === "string") return true;
  if ("path" in part) return false;
  return MOVING.includes(part.name) || (POINTWISE.includes(part.name) && part.args.every(isMoving));
}

function describe({ question, difference, seed }: Finding): string {
  const { target, isPiped, window, params, later } = question;
  const extra = Object.entries(params).map(([name, value]) => ` ${name}=${value}`);
  const shift = later === 0 ? "" : ` (Graphite asked ${later} s later)`;
  const text = isPiped ? pipedTextOf(target) : textOf(target);
  return `#${seed} ${difference.kind}: ${text}\n    from ${window.from} until ${window.until}${extra.join("")}${shift}\n    ${difference.text}`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
