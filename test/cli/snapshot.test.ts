import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import test from "ava";
import { pino } from "pino";
import { Condition } from "../../src/cli/server/condition.ts";
import { takeScheduled } from "../../src/cli/server/snapshot-schedule.ts";
import { partialName } from "../../src/cli/server/snapshots.ts";
import { eventually, runCommand, splitAddress, TestServer, temporaryFolder } from "../server.ts";
import { digestOf, SampleStore } from "../storage/inspect/sample-store.ts";

test.after.always(() => TestServer.killAll());

const SERIES = 20;

/** Sends lines over one connection until it is told to stop: line k is of series k % SERIES. */
class Load {
  readonly first = Math.floor(Date.now() / 1000) - 3000;
  sent = 0;
  readonly #socket: Socket;
  readonly #timer: NodeJS.Timeout;

  constructor(address: string) {
    const [host, port] = splitAddress(address);
    this.#socket = connect(port, host);
    this.#timer = setInterval(() => {
      const lines: string[] = [];
      for (let i = 0; i < 50; i++, this.sent++) {
        lines.push(`load.s${this.sent % SERIES} ${this.sent} ${this.timeOf(this.sent)}\n`);
      }
      this.#socket.write(lines.join(""));
    }, 10);
  }

  /** A datapoint of a series every second; ten to a slot of which the last counts. */
  timeOf(line: number): number {
    return this.first + Math.floor(line / SERIES);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#socket.destroy();
  }
}

async function received(server: TestServer): Promise<number> {
  const text = await (await fetch(server.url("/metrics"))).text();
  return Number(/statite_carbon_points_received (\d+)/.exec(text)?.[1] ?? 0);
}

/** StatFiles by name, with the numbers of their inodes. */
function inodes(folder: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const group of readdirSync(join(folder, "statfiles"))) {
    for (const name of readdirSync(join(folder, "statfiles", group))) {
      found.set(`${group}/${name}`, statSync(join(folder, "statfiles", group, name)).ino);
    }
  }
  return found;
}

test("a snapshot under load has all that was received before it, and the store goes its own way", async (t) => {
  const folder = temporaryFolder();
  const [data, copy] = [join(folder.path, "data"), join(folder.path, "snapshot")];
  new SampleStore(data).fill();
  // They are none that a server can read.
  rmSync(join(data, "documents"), { recursive: true });
  writeFileSync(join(data, "something-else"), "of another part of the server");
  const server = await TestServer.start(data);
  const event = { what: "before the snapshot", tags: "", when: Math.floor(Date.now() / 1000) };
  await fetch(server.url("/events/"), { method: "POST", body: JSON.stringify(event) });
  const load = new Load(server.listen.carbon!);
  const acknowledged = await eventually(async () => {
    const count = await received(server);
    return count > 2000 ? count : undefined;
  });
  const taken = await runCommand(["snapshot", copy, "--data-dir", data]);
  t.is(taken.code, 0, taken.text);
  t.regex(taken.text, /^\S+: [1-9]\d* StatFiles \(.*\) linked, in \d+\.\d s\n$/);
  const during = await received(server);
  load.stop();
  t.true(during >= acknowledged);

  t.deepEqual(readdirSync(folder.path).sort(), ["data", "snapshot"]);
  t.false(readdirSync(copy).some((name) => /^(lock|control|snapshot)/.test(name)));
  const mine = inodes(data);
  const linked = [...inodes(copy)].filter(([name, ino]) => mine.get(name) === ino);
  t.true(linked.length > 0);
  const checked = await runCommand(["check", copy]);
  t.is(checked.code, 0, checked.text);

  t.is(await server.stop(), 0);
  const before = digestOf(data);
  const buckets = async (of: string): Promise<string> =>
    (await runCommand(["inspect", of, "web.*.load", "--format", "csv"])).text;
  const old = await buckets(data);
  t.true(old.split("\n").length > 500);
  t.is(await buckets(copy), old);
  const restored = await TestServer.start(copy);
  t.false(/damaged/.test(restored.log), restored.log);
  for (let series = 0; series < SERIES; series++) {
    const values = await restored.values(`load.s${series}`, load.first - 10, load.first + 3000);
    const expected = new Map<number, number>();
    for (let line = series; line < acknowledged; line += SERIES) {
      const time = load.timeOf(line);
      expected.set(time - (time % 10), line);
    }
    for (const [slot, line] of expected) {
      // Of the last slot more may have been received.
      t.true((values.get(slot) ?? -1) >= line, `load.s${series} at ${slot}`);
    }
  }
  t.is(readFileSync(join(copy, "something-else"), "utf8"), "of another part of the server");
  t.like(await restored.json("/events/get_data"), [{ what: "before the snapshot" }]);
  // What the copy does, the original does not see.
  await restored.send("carbon", `only.in.copy 1 ${load.first}\n`);
  await runCommand(["delete", "web.**", "--yes", "--data-dir", copy]);
  t.is(await restored.stop(), 0);
  t.deepEqual(digestOf(data), before);
  t.is(await buckets(data), old);
  t.regex(await buckets(copy), /there is no series/);
  const again = await TestServer.start(data);
  t.is((await again.values("only.in.copy", load.first - 10, load.first + 10)).size, 0);
  t.is(await again.stop(), 0);
  folder.remove();
});

test("a snapshot goes to another file system as a copy", async (t) => {
  const folder = temporaryFolder();
  const data = join(folder.path, "data");
  new SampleStore(data).fill();
  const server = await TestServer.start(data);
  const other = mkdtempSync("/dev/shm/statite-test-");
  t.teardown(() => rmSync(other, { recursive: true, force: true }));
  if (statSync(other).dev === statSync(data).dev) {
    t.log("skipped: there is no other file system here");
  } else {
    const copy = join(other, "snapshot");
    const taken = await runCommand(["snapshot", copy, "--data-dir", data]);
    t.is(taken.code, 0, taken.text);
    t.regex(taken.text, /[1-9]\d* StatFiles \(.*\) copied, in/);
    t.deepEqual(readdirSync(other), ["snapshot"]);
    t.false(readdirSync(data).includes("snapshot.partial"));
    const checked = await runCommand(["check", copy]);
    t.is(checked.code, 0, checked.text);
  }
  t.is(await server.stop(), 0);
  folder.remove();
});

test("a folder that cannot be used is refused with its reason, and left as it is", async (t) => {
  const folder = temporaryFolder();
  const data = join(folder.path, "data");
  const server = await TestServer.start(data);
  const full = join(folder.path, "full");
  mkdirSync(full);
  writeFileSync(join(full, "file"), "x");
  for (const [name, reason] of [
    [full, /is there already, and is not empty/],
    [join(data, "inside"), /is in the data directory/],
    [join(full, "file"), /cannot be used/],
    [join(full, "file", "below"), /cannot be used|ENOTDIR/],
  ] as const) {
    const { code, text } = await runCommand(["snapshot", name, "--data-dir", data]);
    t.is(code, 1, name);
    t.regex(text, reason);
  }
  t.deepEqual(readdirSync(full), ["file"]);
  t.is(await server.stop(), 0);
  const { code, text } = await runCommand(["snapshot", join(folder.path, "x"), "--data-dir", data]);
  t.is(code, 1);
  t.regex(text, /no server runs on/);
  folder.remove();
});

test("scheduled snapshots are made, the oldest go, and a failure is told until one succeeds", async (t) => {
  const folder = temporaryFolder();
  const log = pino({ level: "silent" });
  const condition = new Condition(log);
  const schedule = { folder: folder.path, when: "* * * * *", keep: 2 };
  const killed = partialName("statite-20200103T000000Z");
  for (const name of ["statite-20200101T000000Z", "statite-20200102T000000Z", killed, "mine"]) {
    mkdirSync(join(folder.path, name));
  }
  const failing = { take: () => Promise.reject(new Error("ENOSPC: no space left")) };
  await takeScheduled(failing, schedule, condition, log);
  t.deepEqual(condition.degraded, ["snapshot: ENOSPC: no space left"]);
  t.is(readdirSync(folder.path).length, 4);
  const making = {
    take: async (path: string) => {
      mkdirSync(path);
      return { folder: path, statfiles: 0, statfileBytes: 0, seconds: 0, isCopy: false };
    },
  };
  await takeScheduled(making, schedule, condition, log);
  t.deepEqual(condition.degraded, []);
  const left = readdirSync(folder.path).sort();
  t.is(left.length, 3);
  t.is(left[0], "mine");
  t.is(left[1], "statite-20200102T000000Z");
  t.regex(left[2]!, /^statite-\d{8}T\d{6}Z$/);
  folder.remove();
});
