import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import test from "ava";
import {
  fetchByWhisper,
  hexOf,
  isWithoutWhisper,
  type OracleFetch,
} from "../compat/whisper-oracle.ts";
import { eventually, runCommand, splitAddress, TestServer, temporaryFolder } from "../server.ts";

/** A site that moves: Debian's carbon-cache goes on writing into the tree that is answered from. */
const CARBON = "/usr/bin/carbon-cache";
const SERIES = 25;
const STEP = 10;

let carbon: ChildProcess | null = null;
test.after.always(() => {
  carbon?.kill("SIGKILL");
  TestServer.killAll();
});

const folder = temporaryFolder();
const tree = join(folder.path, "whisper");
const data = join(folder.path, "data");
const now = Math.floor(Date.now() / 1000);
const begin = Math.floor(now / 600) * 600 - 5400;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

async function startCarbon(): Promise<number> {
  const [line, pickle, query] = [await freePort(), await freePort(), await freePort()];
  mkdirSync(join(folder.path, "log"));
  writeFileSync(
    join(folder.path, "storage-schemas.conf"),
    "[all]\npattern = .*\nretentions = 10s:2h,1m:1d\n",
  );
  const settings = [
    "[cache]",
    "USER =",
    `STORAGE_DIR = ${folder.path}`,
    `LOCAL_DATA_DIR = ${tree}`,
    `CONF_DIR = ${folder.path}`,
    `LOG_DIR = ${folder.path}/log`,
    `PID_DIR = ${folder.path}`,
    "MAX_UPDATES_PER_SECOND = inf",
    "MAX_CREATES_PER_MINUTE = inf",
    "CARBON_METRIC_INTERVAL = 0",
    "ENABLE_TAGS = False",
    "LINE_RECEIVER_INTERFACE = 127.0.0.1",
    `LINE_RECEIVER_PORT = ${line}`,
    "PICKLE_RECEIVER_INTERFACE = 127.0.0.1",
    `PICKLE_RECEIVER_PORT = ${pickle}`,
    "CACHE_QUERY_INTERFACE = 127.0.0.1",
    `CACHE_QUERY_PORT = ${query}`,
  ];
  writeFileSync(join(folder.path, "carbon.conf"), `${settings.join("\n")}\n`);
  carbon = spawn(
    CARBON,
    [
      `--config=${folder.path}/carbon.conf`,
      `--logdir=${folder.path}/log`,
      `--pidfile=${folder.path}/cache.pid`,
      "--nodaemon",
      "start",
    ],
    { stdio: "ignore" },
  );
  return line;
}

async function sendTo(address: string, lines: readonly string[]): Promise<void> {
  const [host, port] = splitAddress(address);
  await eventually(async () => {
    try {
      const socket = connect(port, host);
      await once(socket, "connect");
      socket.end(`${lines.join("\n")}\n`);
      await once(socket, "close");
      return true;
    } catch {
      return undefined;
    }
  }, 30_000);
}

const name = (series: number): string => `site.web${series}.cpu`;
const value = (series: number, time: number): number => ((time / STEP) * 7 + series) / 8;

/** What all series send in a stretch of time; of every seventh slot nothing comes. */
function linesOf(from: number, until: number): string[] {
  const lines: string[] = [];
  for (let time = from; time < until; time += STEP) {
    if ((time / STEP) % 7 === 0) continue;
    for (let i = 0; i < SERIES; i++) lines.push(`${name(i)} ${value(i, time)} ${time}`);
  }
  return lines;
}

interface Asked {
  path: string;
  from: number;
  until: number;
  now: number;
}

function questions(from: number, until: number): Asked[] {
  return Array.from({ length: SERIES }, (_, i) => {
    const path = join(tree, `${name(i).replaceAll(".", "/")}.wsp`);
    return { path, from: from + i * 17, until: until - i * 11, now };
  });
}

/** What the server answers, as the oracle writes it. */
async function answers(
  server: TestServer,
  asked: readonly Asked[],
): Promise<OracleFetch["result"][]> {
  const list: OracleFetch["result"][] = [];
  for (const [i, { from, until }] of asked.entries()) {
    const query = `target=${name(i)}&from=${from}&until=${until}&now=${now}&format=json`;
    const [series] = (await server.json(`/render?${query}`)) as {
      datapoints: [number | null, number][];
    }[];
    if (series === undefined) {
      list.push(null);
      continue;
    }
    const times = series.datapoints.map(([, time]) => time);
    const step = times.length > 1 ? times[1]! - times[0]! : STEP;
    const values = series.datapoints.map(([one]) => hexOf(one ?? Number.NaN));
    list.push({ start: times[0]!, end: times.at(-1)! + step, step, values });
  }
  return list;
}

/** Values that are neither what whisper said before nor what it said afterwards. */
async function differences(server: TestServer, asked: readonly Asked[]): Promise<string[]> {
  const before = fetchByWhisper([...asked]);
  const got = await answers(server, asked);
  const after = fetchByWhisper([...asked]);
  const wrong: string[] = [];
  got.forEach((one, i) => {
    const [a, b] = [before[i], after[i]];
    if (one?.start !== a?.start || one?.step !== a?.step || one?.end !== a?.end) {
      wrong.push(`${i}: ${one?.start} ${one?.end} ${one?.step}: ${a?.start} ${a?.end} ${a?.step}`);
    }
    one?.values.forEach((text, at) => {
      if (text !== a?.values[at] && text !== b?.values[at]) {
        wrong.push(`${i} ${one.start + at * one.step} ${text} ${a?.values[at]} ${b?.values[at]}`);
      }
    });
  });
  return wrong;
}

test("clients see what carbon-cache writes, before, while and after it is imported", async (t) => {
  if (!existsSync(CARBON)) {
    t.log(`skipped: ${CARBON} of Debian's graphite-carbon is not there`);
    t.pass();
    return;
  }
  if (isWithoutWhisper(t)) return;
  mkdirSync(tree);
  const port = `127.0.0.1:${await startCarbon()}`;
  const server = await TestServer.start(data, ["--whisper-dir", tree, "--rescan-seconds", "1"]);
  await sendTo(port, linesOf(begin, begin + 1800));
  const count = async (): Promise<number> =>
    ((await server.json("/metrics/find?query=site.*.cpu&format=json")) as unknown[]).length;
  await eventually(async () => ((await count()) === SERIES ? true : undefined), 30_000);

  // It is written to all the time.
  let sent = begin + 1800;
  const write = async (): Promise<void> => {
    await sendTo(port, linesOf(sent, sent + 300));
    sent += 300;
  };
  for (let round = 0; round < 2; round++) {
    const [wrong] = await Promise.all([
      differences(server, questions(begin - 600 * round, sent)),
      write(),
    ]);
    t.deepEqual(wrong, []);
  }
  // A minute is the finest that reaches back so far.
  t.deepEqual(await differences(server, questions(now - 6 * 3600, begin)), []);

  // What statite receives itself comes before what the tree has.
  const slot = begin + 700;
  await server.send("carbon", `${name(3)} -1 ${slot}\nsite.new.cpu 1 ${slot}\n`);
  await eventually(async () => {
    const values = await server.values(name(3), slot - 1, slot);
    return values.get(slot) === -1 ? true : undefined;
  });
  t.is(await count(), SERIES + 1);
  const paths = (await server.json("/metrics/index.json")) as string[];
  t.deepEqual(paths.filter((path) => path.startsWith("site.")).length, SERIES + 1);
  // Only what is our own can be deleted.
  const deleted = await runCommand(["delete", name(5), "--data-dir", data, "--yes"]);
  t.not(deleted.code, 0, deleted.text);
  t.true(existsSync(join(tree, "site/web5/cpu.wsp")));

  const command = ["import", "whisper", tree, "--data-dir", data];
  const [imported, wrong] = await Promise.all([
    runCommand(command),
    differences(server, questions(begin, sent)),
    write(),
  ]);
  t.is(imported.code, 0, imported.text);
  const without3 = wrong.filter((line) => !line.startsWith("3 "));
  t.deepEqual(without3, []);

  // The old world is switched off, and the rest imported.
  carbon!.kill("SIGTERM");
  await once(carbon!, "exit");
  const last = await runCommand([...command, "--verify"]);
  t.is(last.code, 0, last.text);
  t.deepEqual(
    (await differences(server, questions(begin, sent))).filter((line) => !line.startsWith("3 ")),
    [],
  );
  t.is((await server.values(name(3), slot - 1, slot)).get(slot), -1);
  t.is(await server.stop(), 0);
  // And without the tree it is the same.
  const alone = await TestServer.start(data);
  const whole = await differences(alone, questions(begin, sent));
  t.deepEqual(
    whole.filter((line) => !line.startsWith("3 ")),
    [],
  );
  t.is(await alone.stop(), 0);
  t.true(readdirSync(tree).length > 0);
  folder.remove();
});
