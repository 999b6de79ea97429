import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { totalmem } from "node:os";
import { join } from "node:path";
import test from "ava";
import { checkExposition } from "../http/prometheus/check-exposition.ts";
import { eventually, runCommand, splitAddress, TestServer, temporaryFolder } from "../server.ts";

const folder = temporaryFolder();
const tags = join(folder.path, "tags");
writeFileSync(tags, "rack\n");
const blacklist = join(folder.path, "hosts");
writeFileSync(blacklist, "# not these\nBad.example\n");
const settings = join(folder.path, "settings");
mkdirSync(settings);
const server = await TestServer.start(join(folder.path, "data"), [
  ...["--prometheus-listen", "127.0.0.1:0", "--prometheus-tags", tags],
  ...["--local-stats", "^host.here^class.test"],
  ...["--admin-listen", "0", "--host-blacklist", blacklist, "--settings-dir", settings],
]);

test.after.always(() => {
  TestServer.killAll();
  folder.remove();
});

test.serial("what comes as istat lines is on the Prometheus port, valid", async (t) => {
  await server.send(
    "istat",
    "*ports.hits^host.a^rack.7 2\n*ports.hits^host.a^rack.7 3\nports.load 1\n",
  );
  const samples = await eventually(async () => {
    const text = await (await fetch(`http://${server.listen.prometheus}/metrics`)).text();
    const found = checkExposition(text, false).filter(({ metric }) => metric.startsWith("ports_"));
    return found.length === 2 ? found : undefined;
  });
  t.like(samples[0], {
    metric: "ports_hits",
    labels: { host: "a", rack: "7", counter: "1" },
    value: 5,
    type: "counter",
  });
  t.like(samples[1], { metric: "ports_load", value: 1, type: "gauge" });
});

test.serial("a file of tags that cannot be read is named before anything starts", async (t) => {
  const flags = ["--prometheus-listen", "0", "--prometheus-tags", join(folder.path, "none")];
  const { code, text } = await runCommand(["config", "check", ...flags]);
  t.is(code, 1);
  t.regex(text, /prometheus-tags: ENOENT/);
});

/** A connection to the admin port that answers one command after the other. */
class Admin {
  readonly socket: Socket;
  text = "";
  isClosed = false;

  constructor() {
    const [host, port] = splitAddress(server.listen.admin!);
    this.socket = connect(port, host);
    this.socket.on("data", (chunk) => (this.text += String(chunk)));
    this.socket.on("error", () => {});
    this.socket.on("close", () => {
      this.isClosed = true;
    });
  }

  async ask(command: string | Buffer): Promise<string> {
    this.text = "";
    this.socket.write(Buffer.concat([Buffer.from(command), Buffer.from("\n")]));
    return eventually(async () =>
      this.isClosed || /(^|\n)(ok|huh\?.*)\r\n$/.test(this.text) ? this.text : undefined,
    );
  }
}

const listed = async (pattern: string): Promise<string[]> => {
  const answer = await fetch(`http://${server.listen.istatHttp}/?q=${pattern}`);
  const { matching_names: names } = (await answer.json()) as { matching_names: { name: string }[] };
  return names.map(({ name }) => name);
};

/** Commands of which the answer is another one on purpose, see docs/differences.md. */
const OTHERWISE =
  /^(help|stats|loglevel$|loglevel 3,0|loglevel 1,2,3|debug|faketime|purge abc|flush.setting global|load.setting)/;

test.serial("the admin port answers as istatd's does", async (t) => {
  const admin = new Admin();
  const session = readFileSync("test/fixtures/istatd/31_admin_port/session.txt", "utf8");
  let compared = 0;
  for (const exchange of session.split(/^> ?/m).slice(1)) {
    const [command = "", ...lines] = exchange.split("\n");
    const expected = lines.filter((line) => line !== "").map((line) => line.slice(2));
    if (command === "quit" || OTHERWISE.test(command)) continue;
    t.is(await admin.ask(command), expected.map((line) => `${line}\r\n`).join(""), command);
    compared++;
  }
  t.true(compared >= 9);
  const help = await admin.ask("help");
  for (const word of [
    "stats",
    "flush",
    "purge",
    "loglevel",
    "delete.ctr",
    "delete.pattern",
    "quit",
  ])
    t.regex(help, new RegExp(`^${word}\\b`, "m"));
  t.regex(await admin.ask("stats\r"), /^http\.port=\d+\r\nhttp\.current=\d+\r\n[\s\S]*ok\r\n$/);
  t.is(await admin.ask("loglevel 1"), "loglevel 1 1\r\nok\r\n");
  t.is(await admin.ask("loglevel 2"), "loglevel 2 2\r\nok\r\n");
  t.regex(await admin.ask("debug audit,maybe"), /^huh\? /);
  t.regex(await admin.ask("load.setting ../x"), /^huh\? load\.setting needs/);
  writeFileSync(join(settings, "late.set"), "# istatd settings 1\nkey=value\n");
  t.is(await admin.ask("load.setting late"), "ok\r\n");
  const late = await fetch(`http://${server.listen.istatHttp}/?s=late`);
  t.deepEqual(await late.json(), { key: "value" });
  t.is(await admin.ask("quit"), "");
  t.true(admin.isClosed);
});

test.serial("counters are deleted by name and by pattern", async (t) => {
  await server.send("istat", "del.a.x 1\ndel.a.y 2\ndel.b 3\n*del.e 1\ndel.a 4\n");
  await eventually(async () => ((await listed("del*")).length === 6 ? true : undefined));
  const admin = new Admin();
  t.is(await admin.ask("delete.ctr del.b,del.zz,DEL.E"), "del.b\r\ndel.zz\r\nDEL.E\r\nok\r\n");
  t.deepEqual(await listed("del*"), ["del", "del.a", "del.a.x", "del.a.y"]);
  t.is(await admin.ask("delete.pattern del.a.?x,zzz*"), "del.a.?x\r\nzzz*\r\nok\r\n");
  t.deepEqual(await listed("del*"), ["del", "del.a", "del.a.y"]);
  t.is(await admin.ask("delete.pattern del.a*"), "del.a*\r\nok\r\n");
  t.deepEqual(await listed("del*"), []);
  admin.socket.destroy();
});

test.serial("bad input does not hang the admin port, and HTTP gets nowhere", async (t) => {
  const admin = new Admin();
  t.regex(await admin.ask("x".repeat(1024)), /^huh\? \('help' for help\) \(received 'x{200}'\)/);
  t.regex(await admin.ask("y".repeat(200_000)), /^huh\? a line has at most/);
  t.regex(await admin.ask(Buffer.from([0, 255, 1, 2, 32, 44, 44])), /^huh\? /);
  t.is(await admin.ask("purge 0,0"), "ok\r\n");
  // One that writes and never reads ends nothing for the others.
  const deaf = new Admin();
  deaf.socket.pause();
  deaf.socket.write("help\n".repeat(20_000));
  t.is(await admin.ask("flush"), "ok\r\n");
  deaf.socket.destroy();
  const page = new Admin();
  await server.send("istat", "kept.counter 1\n");
  await eventually(async () => ((await listed("kept*")).length > 0 ? true : undefined));
  await page.ask("POST / HTTP/1.1\r\nHost: x\r\n\r\ndelete.pattern *");
  t.true(page.isClosed);
  t.is(page.text, "");
  t.deepEqual(await listed("kept.*"), ["kept.counter"]);
  admin.socket.destroy();
});

test.serial("flush, purge and stat speak with the admin port", async (t) => {
  const address = splitAddress(server.listen.admin!).map(String);
  const run = (...args: string[]): ReturnType<typeof runCommand> => runCommand(["istat", ...args]);
  t.deepEqual(await run("flush", ...address), { code: 0, text: "flush took 0 seconds\n" });
  t.deepEqual(await run("flush", "-q", ...address), { code: 0, text: "" });
  t.deepEqual(await run("purge", ...address, "10", "60"), { code: 0, text: "" });
  const stat = await run("stat", ...address);
  t.is(stat.code, 0);
  t.regex(stat.text, /^http\.port=\d+\nhttp\.current=\d+\n[\s\S]*^series=\d+$/m);
  t.is((await run("stat", "127.0.0.1", "99999")).code, 2);
});

test.serial(
  "a host on the list is sent away, over TCP and in datagrams, and the others stay",
  async (t) => {
    const [host, port] = splitAddress(server.listen.istat!);
    const good = connect(port, host);
    good.write("#hostname good.example\nhosts.good 1\n");
    const bad = connect(port, host);
    bad.on("error", () => {});
    const ended = new Promise<void>((resolve) => bad.on("close", () => resolve()));
    bad.write("hosts.before 1\n#hostname bad.EXAMPLE\nhosts.after 1\n");
    await ended;
    await server.sendDatagram("istat", "#hostname bad.example\nhosts.datagram 1\n");
    await server.sendDatagram("istat", "#hostname fine.example\nhosts.fine 1\n");
    const names = await eventually(async () => {
      const found = await listed("hosts.*");
      return found.length >= 3 ? found : undefined;
    });
    t.deepEqual(names, ["hosts.before", "hosts.fine", "hosts.good"]);
    const answer = await fetch(`http://${server.listen.istatHttp}/?a=*`);
    const { agents } = (await answer.json()) as { agents: Record<string, unknown>[] };
    const marks = agents.filter(({ hostname }) => hostname === "bad.EXAMPLE");
    t.is(marks.length, 1);
    t.like(marks[0], { blacklisted: "true", _online: false });
    // Whoever is put on the list later is sent away at the next thing that he says.
    const gone = new Promise<void>((resolve) => good.on("close", () => resolve()));
    good.on("error", () => {});
    writeFileSync(blacklist, "good.example\n");
    server.process.kill("SIGHUP");
    await eventually(async () => {
      if (good.destroyed) return true;
      good.write("hosts.good 2\n");
      return undefined;
    });
    await gone;
    const counted = await eventually(async () => {
      const metrics = await (await fetch(server.url("/metrics"))).text();
      return /protocol="istat",reason="host-blacklisted"} (\d+)/.exec(metrics)?.[1];
    });
    t.true(Number(counted) > 0);
  },
);

test.serial(
  "what crashed or hung istatd costs its sender an error, and nobody else anything",
  async (t) => {
    const base = `http://${server.listen.istatHttp}`;
    const now = Math.floor(Date.now() / 1000);
    await server.send("istat", `crash.a^^b ${now} 1\n`);
    await eventually(async () => ((await listed("crash.a.b")).length === 1 ? true : undefined));
    const post = async (body: string): Promise<number> =>
      (await fetch(`${base}/*`, { method: "POST", body })).status;
    const get = async (path: string): Promise<number> => (await fetch(base + path)).status;
    t.is(await get(`/crash.a.b?samples=1&start=${now}&end=${now}`), 200);
    t.is(
      await post(JSON.stringify({ keys: ["crash.a.b"], start: now, stop: now, maxSamples: 1 })),
      200,
    );
    t.is(await post("[1]"), 400);
    t.is(await post("[".repeat(200_000)), 400);
    t.is(await get("/crash.a.b?end=9223372036854775807"), 400);
    t.is(await get("/crash.a.b?start=1&end=9007199254740991&samples=0"), 200);
    const admin = new Admin();
    t.regex(await admin.ask("debug audit,maybe"), /^huh\? /);
    admin.socket.destroy();
    const [host, port] = splitAddress(server.listen.istatHttp!);
    const raw = connect(port, host);
    raw.on("error", () => {});
    raw.write("POST /* HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000000\r\n\r\n{");
    const answer = await new Promise<string>((resolve) =>
      raw.once("data", (c) => resolve(String(c))),
    );
    t.regex(answer, /^HTTP\/1\.1 4\d\d /);
    raw.destroy();
    t.is(server.process.exitCode, null);
    t.is((await fetch(server.url("/health"))).status, 200);
  },
);

test.serial("numbers about this machine and about the server come by themselves", async (t) => {
  const found = await eventually(async () => {
    const names = [...(await listed("localstat.*")), ...(await listed("istatd.*"))];
    const isAll = ["localstat.cpu.idle.host.here", "istatd.app.memory.vmrss"].every((name) =>
      names.includes(name),
    );
    return isAll ? names : undefined;
  }, 60_000);
  for (const name of ["localstat.mem.total.class.test", "localstat.load.min1.host.here"])
    t.true(found.includes(name), name);
  const now = Math.floor(Date.now() / 1000);
  const url = `http://${server.listen.istatHttp}/localstat.mem.total.host.here?start=${now - 60}`;
  const { buckets } = (await (await fetch(url)).json()) as { buckets: { data: { max: number } }[] };
  t.is(buckets[0]!.data.max, totalmem());
});
