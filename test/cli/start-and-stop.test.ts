import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import test from "ava";
import { eventually, TestServer, temporaryFolder } from "../server.ts";

test.after.always(() => TestServer.killAll());

const now = (): number => Math.floor(Date.now() / 1000);

/** A server that is only just starting. */
class Start {
  readonly #child: ChildProcess;
  readonly #log: string[] = [];
  readonly #out: string[] = [];
  readonly ended: Promise<number | null>;

  constructor(dataDir: string, flags: readonly string[] = []) {
    const ports = ["http", "carbon", "pickle", "istat", "istat-http"].flatMap((name) => [
      `--${name}-listen`,
      "127.0.0.1:0",
    ]);
    const args = ["dist/src/cli/main.js", "serve", "--data-dir", dataDir, ...ports, ...flags];
    this.#child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
    createInterface({ input: this.#child.stderr! }).on("line", (line) => this.#log.push(line));
    createInterface({ input: this.#child.stdout! }).on("line", (line) => this.#out.push(line));
    this.ended = new Promise((resolve) => this.#child.on("close", (code) => resolve(code)));
  }

  get log(): string {
    return this.#log.join("\n");
  }

  get isReady(): boolean {
    return this.#out.some((line) => line.includes('"event":"ready"'));
  }

  /** Whether the log says that it became ready after it was told to stop. */
  get wasReadyTooLate(): boolean {
    const messages = this.#log.map((line) => (JSON.parse(line) as { msg: string }).msg);
    const stopped = messages.indexOf("shutting down");
    return stopped >= 0 && messages.indexOf("ready") > stopped;
  }

  /** Address of the HTTP API, as soon as it is open. */
  http(): Promise<string> {
    return eventually(async () => /Server listening at (http:\S+?)"/.exec(this.log)?.[1]);
  }

  stop(): Promise<number | null> {
    this.#child.kill("SIGTERM");
    return this.ended;
  }
}

test("a signal at any moment of a start ends with status 0, without a lock, and loses nothing", async (t) => {
  const folder = temporaryFolder();
  const flags = ["--max-series", "200000"];
  const first = await TestServer.start(folder.path);
  const time = now() - (now() % 10) - 20;
  await first.send("carbon", `last.moment 42 ${time}\n`);
  await first.stop();
  let early = 0;
  for (const delay of [0, 20, 50, 80, 110, 140, 170, 200, 250, 300, 400]) {
    const start = new Start(folder.path, flags);
    await start.http();
    await new Promise((resolve) => setTimeout(resolve, delay));
    const wasReady = start.isReady;
    t.is(await start.stop(), 0, `${delay} ms: ${start.log}`);
    t.false(existsSync(`${folder.path}/lock`));
    t.false(start.wasReadyTooLate, `${delay} ms: ${start.log}`);
    if (!wasReady && !start.isReady) early++;
  }
  t.true(early > 0, "no signal came before the server was ready");
  const last = await TestServer.start(folder.path);
  t.is((await last.values("last.moment", time - 10, time + 10)).get(time), 42);
  t.false(/damaged|"level":[56]0/.test(last.log));
  t.is(await last.stop(), 0);
  folder.remove();
});

test("during recovery a request is told to come back, with a code", async (t) => {
  const folder = temporaryFolder();
  const start = new Start(folder.path, ["--max-series", "200000"]);
  const http = await start.http();
  const answer = await fetch(`${http}/render?target=a&format=json`);
  const health = await fetch(`${http}/health`);
  t.is(answer.status, 503);
  t.is(answer.headers.get("x-statite-error"), "ERR_NOT_READY");
  t.like(await answer.json(), { message: "recovering: try again in a moment" });
  t.true([200, 503].includes(health.status));
  await eventually(async () => (start.isReady ? true : undefined));
  t.is((await fetch(`${http}/render?target=a&format=json`)).status, 200);
  t.is(await start.stop(), 0);
  folder.remove();
});

test("a start with too small a --max-series names the least one that works", async (t) => {
  const folder = temporaryFolder();
  const first = await TestServer.start(folder.path);
  const time = now();
  for (let i = 0; i < 7; i++) await first.send("carbon", `series.s${i} ${i} ${time}\n`);
  t.is(await first.stop(), 0);
  const start = new Start(folder.path, ["--max-series", "6"]);
  t.is(await start.ended, 1);
  t.regex(start.log, /7 series.*start with --max-series 7 or more/);
  t.false(/RangeError|damaged|\bat \w+ \(|thread/.test(start.log), start.log);
  t.false(existsSync(`${folder.path}/lock`));
  const enough = await TestServer.start(folder.path, ["--max-series", "7"]);
  t.is((await enough.values("series.s6", time - 60, time + 60)).size, 1);
  t.false(/damaged/.test(enough.log));
  t.is(await enough.stop(), 0);
  folder.remove();
});

test("a start on a store of a newer version says so in one line", async (t) => {
  const folder = temporaryFolder();
  const first = await TestServer.start(folder.path);
  t.is(await first.stop(), 0);
  const format = readFileSync(`${folder.path}/FORMAT`, "utf8");
  writeFileSync(`${folder.path}/FORMAT`, format.replace('"minReader":1', '"minReader":2'));
  const start = new Start(folder.path);
  t.is(await start.ended, 1);
  t.is(start.log.match(/"level":60/g)?.length, 1);
  t.regex(start.log, /written by a newer version/);
  t.false(existsSync(`${folder.path}/lock`));
  folder.remove();
});

test("the server's own numbers become series, under its names and under carbon's", async (t) => {
  const folder = temporaryFolder();
  const schemas = `${folder.path}/storage-schemas.conf`;
  writeFileSync(schemas, "[all]\npattern = .*\nretentions = 1s:1d\n");
  const server = await TestServer.start(`${folder.path}/data`, [
    "--self-metrics-seconds",
    "1",
    "--schemas",
    schemas,
  ]);
  await server.send("carbon", `own.a 1 ${now()}\nown.b 2 ${now()}\n`);
  const total = await eventually(async () => {
    const received = await server.values("carbon.agents.*.metricsReceived", now() - 60, now() + 10);
    const sum = [...received.values()].reduce((a, b) => a + b, 0);
    return received.size >= 2 && sum > 0 ? sum : undefined;
  });
  t.is(total, 2);
  const points = await server.values("statite.carbon_points_received", now() - 60, now() + 10);
  t.is([...points.values()].at(-1), 2);
  for (const name of ["statite.wal_durable_lsn", "statite.query_jobs", "statite.mode_mismatch"]) {
    t.true((await server.values(name, now() - 60, now() + 10)).size > 0, name);
  }
  const found = (await server.json("/metrics/find?query=carbon.agents.*.*&format=json")) as {
    path: string;
  }[];
  const names = found.map(({ path }) => path.split(".").at(-1));
  for (const name of ["cpuUsage", "memUsage", "committedPoints", "updateOperations", "creates"]) {
    t.true(names.includes(name), name);
  }
  t.is(await server.stop(), 0);
  folder.remove();
});
