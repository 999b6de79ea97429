import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import test, { type ExecutionContext } from "ava";
import { canonicalName } from "../../src/model/series-name.ts";
import { eventually, splitAddress, TestServer, temporaryFolder } from "../server.ts";

/** The programs that sites have, as their makers ship them, sending to a statite. */
const running = new Set<ChildProcess>();
test.after.always(() => {
  for (const child of running) child.kill("SIGKILL");
  TestServer.killAll();
});

function start(command: string, args: readonly string[]): ChildProcess {
  const child = spawn(command, args, { stdio: "ignore" });
  running.add(child);
  child.on("exit", () => running.delete(child));
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  const ended = child.exitCode === null ? once(child, "exit") : null;
  child.kill("SIGTERM");
  const hard = setTimeout(() => child.kill("SIGKILL"), 5000);
  await ended;
  clearTimeout(hard);
}

/** statsd is no dependency: it is only there where somebody has put it. */
const STATSD = `${process.env.STATSD_FOLDER ?? "."}/node_modules/statsd/stats.js`;

function isMissing(t: ExecutionContext, path: string, packageName: string): boolean {
  if (existsSync(path)) return false;
  t.log(`skipped: ${path} of ${packageName} is not there`);
  t.false(existsSync(path));
  return true;
}

/** Sends lines to a relay as soon as it listens, and waits until a server has them all. */
async function throughRelay(
  port: number,
  lines: readonly string[],
  server: TestServer,
): Promise<void> {
  await eventually(async () => {
    try {
      const socket = connect(port, "127.0.0.1");
      await once(socket, "connect");
      socket.end(`${lines.join("\n")}\n`);
      return true;
    } catch {
      return undefined;
    }
  }, 20_000);
  for (const line of lines) {
    await eventually(async () => ((await isThere(server, line)) ? true : undefined), 20_000);
  }
}

/** Everything that a client writes, line by line, to compare with what the server answers. */
class Capture {
  readonly lines: string[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<Capture> {
    const server = createServer();
    const capture = new Capture(server);
    server.on("connection", (socket) => {
      let tail = "";
      socket.on("data", (chunk) => {
        const parts = (tail + String(chunk)).split("\n");
        tail = parts.pop() ?? "";
        capture.lines.push(...parts.map((line) => line.trim()));
      });
      socket.on("error", () => {});
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return capture;
  }

  get port(): number {
    return ((server) => (server.address() as { port: number }).port)(this.#server);
  }

  stop(): void {
    this.#server.close();
  }
}

/** Asks the server for what a line said, and compares. */
async function isThere(server: TestServer, line: string): Promise<boolean> {
  const [raw, value, time] = line.split(" ");
  const canonical = canonicalName(raw!);
  const name = canonical.ok ? canonical.name : raw!;
  const seconds = Math.floor(Number(time));
  const slot = Math.floor(seconds / 10) * 10;
  const values = await server.values(name.replace(/[{}(),]/g, "?"), slot - 10, slot + 10);
  return values.get(slot) === Number(value);
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

for (const protocol of ["tcp", "udp"]) {
  for (const tags of [false, true]) {
    test(`collectd over ${protocol}${tags ? ", with tags" : ""}`, async (t) => {
      if (isMissing(t, "/usr/sbin/collectd", "Debian's collectd-core")) return;
      const folder = temporaryFolder();
      const server = await TestServer.start(`${folder.path}/data`);
      const capture = await Capture.start();
      const [host, port] = splitAddress(server.listen.carbon!);
      const node = (name: string, toPort: number, how: string): string =>
        `<Node "${name}">\nHost "${host}"\nPort "${toPort}"\nProtocol "${how}"\nUseTags ${tags}\nEscapeCharacter "_"\n</Node>`;
      writeFileSync(
        `${folder.path}/collectd.conf`,
        [
          'Hostname "testhost"',
          "FQDNLookup false",
          // Ten seconds a slot: one value each.
          "Interval 10",
          `BaseDir "${folder.path}"`,
          `PIDFile "${folder.path}/pid"`,
          'TypesDB "/usr/share/collectd/types.db"',
          "LoadPlugin load",
          "LoadPlugin memory",
          "LoadPlugin write_graphite",
          `<Plugin write_graphite>\n${node("statite", port, protocol)}\n${node("capture", capture.port, "tcp")}\n</Plugin>`,
          "",
        ].join("\n"),
      );
      const client = start("/usr/sbin/collectd", ["-f", "-C", `${folder.path}/collectd.conf`]);
      await eventually(async () => (capture.lines.length >= 5 ? true : undefined), 20_000).catch(
        () => null,
      );
      // What collectd still holds back it writes when it ends.
      await end(client);
      await eventually(async () => (capture.lines.length >= 5 ? true : undefined), 5000);
      t.true(capture.lines.length >= 5);
      for (const line of capture.lines) {
        await eventually(async () => ((await isThere(server, line)) ? true : undefined), 5000);
      }
      capture.stop();
      t.is(await server.stop(), 0);
      folder.remove();
    });
  }
}

test("carbon-relay, which sends pickles", async (t) => {
  if (isMissing(t, "/usr/bin/carbon-relay", "Debian's graphite-carbon")) return;
  const folder = temporaryFolder();
  const server = await TestServer.start(`${folder.path}/data`);
  const [host, port] = splitAddress(server.listen.pickle!);
  const [linePort, picklePort] = [await freePort(), await freePort()];
  mkdirSync(`${folder.path}/log`);
  writeFileSync(
    `${folder.path}/storage-schemas.conf`,
    "[all]\npattern = .*\nretentions = 10s:1d\n",
  );
  writeFileSync(
    `${folder.path}/carbon.conf`,
    `[cache]\nUSER =\n[relay]\nUSER =\nLINE_RECEIVER_INTERFACE = 127.0.0.1\nLINE_RECEIVER_PORT = ${linePort}
PICKLE_RECEIVER_INTERFACE = 127.0.0.1\nPICKLE_RECEIVER_PORT = ${picklePort}\nRELAY_METHOD = consistent-hashing
REPLICATION_FACTOR = 1\nDESTINATIONS = ${host}:${port}:a\nDESTINATION_PROTOCOL = pickle\nMAX_QUEUE_SIZE = 100000
STORAGE_DIR = ${folder.path}\nCONF_DIR = ${folder.path}\nLOG_DIR = ${folder.path}/log\nPID_DIR = ${folder.path}\nCARBON_METRIC_INTERVAL = 0\n`,
  );
  const relay = start("/usr/bin/carbon-relay", [
    `--config=${folder.path}/carbon.conf`,
    `--logdir=${folder.path}/log`,
    `--pidfile=${folder.path}/relay.pid`,
    "--nodaemon",
    "start",
  ]);
  const time = Math.floor(Date.now() / 10_000) * 10 - 100;
  const lines = Array.from(
    { length: 500 },
    (_, i) => `relay.s${i}.x ${i}.5 ${time + (i % 5) * 10}`,
  );
  await throughRelay(linePort, lines, server);
  await end(relay);
  t.is(await server.stop(), 0);
  folder.remove();
});

test("carbon-c-relay", async (t) => {
  if (isMissing(t, "/usr/bin/carbon-c-relay", "Debian's carbon-c-relay")) return;
  const folder = temporaryFolder();
  const server = await TestServer.start(`${folder.path}/data`);
  const port = await freePort();
  writeFileSync(
    `${folder.path}/relay.conf`,
    [
      `listen type linemode 127.0.0.1:${port} proto tcp;`,
      `cluster statite forward ${server.listen.carbon};`,
      "match * send to statite stop;",
      "",
    ].join("\n"),
  );
  const relay = start("/usr/bin/carbon-c-relay", ["-f", `${folder.path}/relay.conf`]);
  const time = Math.floor(Date.now() / 10_000) * 10 - 100;
  const lines = Array.from(
    { length: 500 },
    (_, i) => `crelay.s${i}.x ${i}.25 ${time + (i % 5) * 10}`,
  );
  await throughRelay(port, lines, server);
  await end(relay);
  t.is(await server.stop(), 0);
  folder.remove();
});

for (const protocol of ["text", "pickle"]) {
  test(`statsd with ${protocol === "text" ? "lines" : "its hand-written pickles"}`, async (t) => {
    if (isMissing(t, STATSD, "npm's statsd (STATSD_FOLDER says where)")) return;
    const folder = temporaryFolder();
    const server = await TestServer.start(`${folder.path}/data`);
    const [host, port] = splitAddress(
      (protocol === "text" ? server.listen.carbon : server.listen.pickle)!,
    );
    const [udp, management] = [await freePort(), await freePort()];
    const options = {
      port: udp,
      address: "127.0.0.1",
      mgmt_port: management,
      mgmt_address: "127.0.0.1",
      graphiteHost: host,
      ...(protocol === "text" ? { graphitePort: port } : { graphitePicklePort: port }),
      graphiteProtocol: protocol,
      flushInterval: 500,
      backends: ["./backends/graphite"],
      graphite: { legacyNamespace: false },
    };
    writeFileSync(`${folder.path}/statsd.js`, `(${JSON.stringify(options)})`);
    const statsd = start(process.execPath, [STATSD, `${folder.path}/statsd.js`]);
    const socket = (await import("node:dgram")).createSocket("udp4");
    const from = Math.floor(Date.now() / 1000) - 20;
    // A gauge keeps its value over flushes, so every slot says the same.
    const found = await eventually(async () => {
      socket.send("kitchen.temperature:21.5|g\n", udp, "127.0.0.1");
      await new Promise((resolve) => setTimeout(resolve, 100));
      const values = await server.values("stats.gauges.kitchen.temperature", from, from + 200);
      return values.size > 0 ? values : undefined;
    }, 20_000);
    t.deepEqual(new Set(found.values()), new Set([21.5]));
    socket.close();
    await end(statsd);
    t.is(await server.stop(), 0);
    folder.remove();
  });
}

test("a Python sender of lines and of pickles, as in carbon's examples", async (t) => {
  if (isMissing(t, "/usr/bin/python3", "Debian's python3")) return;
  const folder = temporaryFolder();
  const server = await TestServer.start(`${folder.path}/data`);
  const time = Math.floor(Date.now() / 10_000) * 10 - 50;
  const script = `
import pickle, socket, struct, sys
line, pick = [a.rsplit(':', 1) for a in sys.argv[1:3]]
s = socket.create_connection((line[0], int(line[1])))
s.sendall(('python.line 1.25 %d\\n' % ${time}).encode())
s.close()
payload = pickle.dumps([('python.pickle', (${time}, 2.5))], protocol=2)
s = socket.create_connection((pick[0], int(pick[1])))
s.sendall(struct.pack('!L', len(payload)) + payload)
s.close()
`;
  execFileSync("/usr/bin/python3", ["-c", script, server.listen.carbon!, server.listen.pickle!]);
  for (const line of [`python.line 1.25 ${time}`, `python.pickle 2.5 ${time}`]) {
    t.true(await eventually(async () => ((await isThere(server, line)) ? true : undefined)));
  }
  t.is(await server.stop(), 0);
  folder.remove();
});
