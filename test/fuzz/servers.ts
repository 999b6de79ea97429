import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TestServer } from "../server.ts";
import {
  type Answer,
  ask,
  type Difference,
  differenceOf,
  type Params,
  parseJson,
} from "./answer.ts";
import { type FuzzSeries, SCHEMAS } from "./data.ts";
import { GraphiteWeb } from "./graphite-web.ts";
import { type Question, targetTextOf } from "./question.ts";

const ASK_MS = 20_000;
const LOAD_MS = 60_000;

export interface Outcome {
  graphite: Answer;
  ours: Answer;
  difference: Difference | null;
}

/** A Graphite and a statite with the same series. */
export class Servers {
  readonly #graphite: GraphiteWeb;
  readonly #ours: TestServer;

  private constructor(graphite: GraphiteWeb, ours: TestServer) {
    this.#graphite = graphite;
    this.#ours = ours;
  }

  /** @param end of the series, seconds */
  static async start(folder: string, series: readonly FuzzSeries[], end: number): Promise<Servers> {
    const schemas = join(folder, "storage-schemas.conf");
    writeFileSync(schemas, SCHEMAS);
    mkdirSync(join(folder, "graphite"));
    const graphite = await GraphiteWeb.start(join(folder, "graphite"));
    await graphite.load(series);
    const ours = await TestServer.start(join(folder, "data"), ["--schemas", schemas]);
    for (const url of [graphite.url("/events/"), ours.url("/events/")]) await postEvents(url, end);
    await load(ours, series);
    return new Servers(graphite, ours);
  }

  /** Names of functions that both have. */
  async functions(): Promise<string[]> {
    const namesAt = async (url: string): Promise<string[]> =>
      Object.keys(parseJson(await (await fetch(url)).text()) as object);
    const ours = new Set(await namesAt(this.#ours.url("/functions")));
    return (await namesAt(this.#graphite.url("/functions"))).filter((name) => ours.has(name));
  }

  /** Null when Graphite does not answer; it is another one from then on. */
  async ask(question: Question): Promise<Outcome | null> {
    const { window, later, params } = question;
    const paramsOf = (shift: number): Params => ({
      ...params,
      target: targetTextOf(question),
      from: String(window.from + shift),
      until: String(window.until + shift),
      format: "json",
      noCache: "1",
    });
    const [graphite, ours] = await Promise.all([
      ask(this.#graphite.url("/render"), paramsOf(later), ASK_MS).catch(() => null),
      ask(this.#ours.url("/render"), paramsOf(0), ASK_MS),
    ]);
    if (graphite === null) {
      await this.#graphite.restart();
      return null;
    }
    return { graphite, ours, difference: differenceOf(graphite, ours, later) };
  }

  async stop(): Promise<void> {
    await this.#graphite.stop();
    await this.#ours.stop();
  }
}

async function load(ours: TestServer, series: readonly FuzzSeries[]): Promise<void> {
  const lines = series.flatMap(({ name, values }) =>
    values.map(([time, value]) => `${name} ${value} ${time}\n`),
  );
  const now = Math.floor(Date.now() / 1000);
  lines.push(`sentinel.s10.sent 1 ${now}\n`);
  await ours.send("carbon", lines.join(""));
  const end = Date.now() + LOAD_MS;
  while ((await ours.values("sentinel.s10.sent", now - 60, now)).size === 0) {
    if (Date.now() > end) throw new Error("what was sent does not arrive");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
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
