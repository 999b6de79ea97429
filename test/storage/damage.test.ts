import { existsSync, writeFileSync } from "node:fs";
import test from "ava";
import type { Environment } from "../../src/storage/environment.ts";
import { realEnvironment } from "../../src/storage/node-files.ts";
import { REPLACE } from "../../src/storage/plan.ts";
import { temporaryFolder } from "../server.ts";
import { SimulatedFiles } from "./simulated-files.ts";
import { StoreHarness } from "./store-harness.ts";

const NOW = 1_700_000_100;

function worldOf(files: SimulatedFiles, clock = { ms: NOW * 1000 }): Environment {
  return { clock: { wallMs: () => clock.ms, monotonicMs: () => clock.ms }, files };
}

const PLAN = { mode: REPLACE, tiers: [{ step: 10, retention: 864_000, lambda: 0 }] } as const;

/** Ten frames of ten datapoints each, all on disk. */
function filled(files: SimulatedFiles): void {
  const store = new StoreHarness(worldOf(files), "data");
  const series = store.writer.createSeries("a.b", store.writer.planNumber(PLAN));
  for (let frame = 0; frame < 10; frame++) {
    for (let i = 0; i < 10; i++) {
      store.writer.point(
        series,
        NOW - 1000 + (frame * 10 + i) * 10,
        frame * 10 + i,
        frame * 10 + i,
        0,
      );
    }
    store.writer.flush();
  }
  while (store.writeFrame());
  store.sync();
}

function known(store: StoreHarness): number[] {
  const read = store.read("a.b", NOW - 1100, NOW, NOW);
  return [...(read?.values ?? [])].filter((value) => !Number.isNaN(value));
}

function walOf(files: SimulatedFiles): string {
  return `data/wal/${files.list("data/wal").at(-1)}`;
}

test("a log whose end is torn off starts without a complaint and keeps what is whole", (t) => {
  for (const cut of [1, 20, 31, 33]) {
    const torn = new SimulatedFiles(1);
    filled(torn);
    const path = walOf(torn);
    const file = torn.openRead(path);
    const whole = new Uint8Array(torn.size(file));
    torn.readAt(file, whole, 0);
    torn.unlink(path);
    torn.append(torn.create(path), whole.subarray(0, whole.length - cut));
    const store = new StoreHarness(worldOf(torn), "data");
    t.deepEqual(store.recovered.damage, []);
    t.deepEqual(
      known(store),
      Array.from({ length: 90 }, (_, i) => i),
    );
  }
});

test("a frame that rots in the middle of the log is named and left out, and only that", (t) => {
  const files = new SimulatedFiles(2);
  filled(files);
  const path = walOf(files);
  const size = files.size(files.openRead(path));
  files.damage(path, Math.floor(size * 0.5));
  const store = new StoreHarness(worldOf(files), "data");
  t.is(store.recovered.damage.length, 1);
  t.is(store.recovered.damage[0]?.file, path);
  t.regex(store.recovered.damage[0]?.reason ?? "", /checksum/);
  t.is(known(store).length, 90);
});

test("an oldest log file whose beginning has rotted is named, and the later ones are read", (t) => {
  for (const offset of [20, 70]) {
    const files = new SimulatedFiles(11);
    filled(files);
    const again = new StoreHarness(worldOf(files), "data");
    again.writer.point(0, NOW - 2000, 7, 7, 0);
    again.settle();
    const [oldest, ...later] = files.list("data/wal");
    t.true(later.length > 0);
    files.damage(`data/wal/${oldest}`, offset);
    const store = new StoreHarness(worldOf(files), "data");
    t.deepEqual(
      store.recovered.damage.map(({ file }) => file),
      [`data/wal/${oldest}`],
      `offset ${offset}`,
    );
  }
});

test("a log of another store is refused, not replayed", (t) => {
  const files = new SimulatedFiles(3);
  filled(files);
  const other = new SimulatedFiles(4);
  new StoreHarness(worldOf(other), "data");
  const path = walOf(files);
  const size = files.size(files.openRead(path));
  const bytes = new Uint8Array(size);
  files.readAt(files.openRead(path), bytes, 0);
  other.append(other.create("data/wal/0000000099.wal"), bytes);
  t.throws(() => new StoreHarness(worldOf(other), "data"), { message: /another store/ });
});

test("a full disk costs nothing that was received, and the log goes on when there is room", (t) => {
  const files = new SimulatedFiles(5);
  const store = new StoreHarness(worldOf(files), "data");
  const series = store.writer.createSeries("a.b", store.writer.planNumber(PLAN));
  store.settle();
  files.isFull = true;
  for (let i = 0; i < 50; i++) {
    store.writer.point(series, NOW - 1000 + i * 10, i, i, 0);
    store.writer.flush();
    while (store.writeFrame());
    store.sync();
  }
  t.truthy(store.wal.failure);
  t.is(known(store).length, 50);
  t.true(files.list("data/wal").length <= 2, "attempts leave files behind");
  files.isFull = false;
  store.sync();
  t.is(store.wal.failure, null);
  const after = new StoreHarness(worldOf(files.crash("power", 1)), "data");
  t.deepEqual(
    known(after),
    Array.from({ length: 50 }, (_, i) => i),
  );
  t.deepEqual(after.recovered.damage, []);
});

test("a disk that is full from the start leaves no damage behind", (t) => {
  const first = new SimulatedFiles(7);
  const before = new StoreHarness(worldOf(first), "data");
  before.writer.createSeries("a.b", before.writer.planNumber(PLAN));
  before.settle();
  const files = first.crash("kill", 1);
  const store = new StoreHarness(worldOf(files), "data");
  files.isFull = true;
  for (let i = 0; i < 5; i++) {
    store.writer.point(0, NOW - 100, i, i, 0);
    store.writer.flush();
    while (store.writeFrame());
    store.sync();
  }
  t.truthy(store.wal.failure);
  files.isFull = false;
  store.sync();
  const after = new StoreHarness(worldOf(files.crash("power", 1)), "data");
  t.deepEqual(after.recovered.damage, []);
  t.deepEqual(known(after), [4]);
});

test("while the log cannot be written the ring fills up and receivers are told to pause", (t) => {
  const files = new SimulatedFiles(6);
  const store = new StoreHarness(worldOf(files), "data");
  const series = store.writer.createSeries("a.b", store.writer.planNumber(PLAN));
  store.settle();
  files.isFull = true;
  let taken = 0;
  while (!store.writer.isFull && taken < 1_000_000) {
    store.writer.point(series, NOW - (taken % 100) * 10, Math.PI * taken, 0, -1);
    taken++;
    if (taken % 100 === 0) {
      store.writer.flush();
      while (store.writeFrame());
      store.sync();
    }
  }
  t.true(taken < 1_000_000);
  files.isFull = false;
  store.settle();
  t.false(store.writer.isFull);
});

test("a stray file among the folders of StatFiles does not stop a start", (t) => {
  const folder = temporaryFolder();
  const open = (): StoreHarness => new StoreHarness(realEnvironment, folder.path);
  open();
  writeFileSync(`${folder.path}/statfiles/list.txt`, "");
  t.is(open().recovered.orphans, 0);
  t.true(existsSync(`${folder.path}/statfiles/list.txt`));
  folder.remove();
});

test("a StatFile with a bad block is reported once, and the rest still answers", (t) => {
  const files = new SimulatedFiles(7);
  const clock = { ms: NOW * 1000 };
  const store = new StoreHarness(worldOf(files, clock), "data");
  const plan = store.writer.planNumber(PLAN);
  const a = store.writer.createSeries("a.b", plan);
  for (let i = 0; i < 30; i++) store.writer.point(a, NOW - 300 + i * 10, i, i, 0);
  clock.ms += 1_500_000;
  store.settle();
  const entries = [...store.recovered.manifest.files];
  t.true(entries.length > 0);
  const entry = entries[0]!;
  files.damage(`data/statfiles/${entry.file}`, 70);
  const after = new StoreHarness(worldOf(files, clock), "data");
  const read = after.read("a.b", NOW - 400, NOW, NOW + 1500);
  t.truthy(read);
  t.is(after.broken.length, 1);
  t.regex(after.broken[0] ?? "", /damaged/);
});

test("on a disk that fills up merges wait, what has expired goes, and it goes on with room", (t) => {
  const files = new SimulatedFiles(8);
  const clock = { ms: NOW * 1000 };
  const store = new StoreHarness(worldOf(files, clock), "data");
  const short = { mode: REPLACE, tiers: [{ step: 10, retention: 86_400, lambda: 0 }] } as const;
  store.writer.createSeries("a.b", store.writer.planNumber(PLAN));
  store.writer.createSeries("short", store.writer.planNumber(short));
  const fill = (): void => {
    for (let i = 0; i < 240; i++, clock.ms += 10_000) {
      const now = clock.ms / 1000;
      for (const series of [0, 1]) store.writer.point(series, now, i, i, 0);
      store.settle({ merges: false });
    }
  };
  const filesOf = (retention: number): number =>
    [...store.recovered.manifest.files].filter((entry) => entry.retention === retention).length;
  fill();
  clock.ms += 86_400_000;
  store.settle();
  t.is(filesOf(86_400), 1);
  files.free = 0.049;
  fill();
  clock.ms += 86_400_000;
  store.settle();
  const waiting = filesOf(864_000);
  t.true(waiting > 2);
  t.is(filesOf(86_400), waiting - 1);
  t.regex(store.merger.spaceProblem ?? "", /less than 5 % of the disk is free/);
  files.free = 0.06;
  clock.ms += 61_000;
  store.settle();
  t.is(store.merger.spaceProblem, null);
  t.is(filesOf(864_000), 2);
});
