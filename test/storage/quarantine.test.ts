import { closeSync, existsSync, openSync, readSync, writeSync } from "node:fs";
import test from "ava";
import type { Environment } from "../../src/storage/environment.ts";
import { checkStore } from "../../src/storage/inspect/check-store.ts";
import type { FileEntry } from "../../src/storage/manifest.ts";
import { Scrubber, type ScrubResult } from "../../src/storage/merge/scrubber.ts";
import { nodeFiles } from "../../src/storage/node-files.ts";
import { REPLACE } from "../../src/storage/plan.ts";
import { eventually, TestServer, temporaryFolder } from "../server.ts";
import { Crash, randomOf, SimulatedFiles } from "./simulated-files.ts";
import { StoreHarness } from "./store-harness.ts";

test.after.always(() => TestServer.killAll());

const HOUR = 3600;
const DAY = 86_400;
const START = Date.UTC(2025, 2, 1) / 1000;
const SERIES = 300;
const MINUTES = 40;

/** Values that take eight bytes each, so that a file has several groups of blocks. */
function sampleOf(series: number, time: number): number {
  return randomOf(series * 1_000_003 + time)() * Math.PI;
}

class World {
  now = START;
  files: SimulatedFiles;
  store: StoreHarness;

  constructor(files = new SimulatedFiles(1)) {
    this.files = files;
    this.store = this.open();
  }

  get environment(): Environment {
    const clock = { wallMs: () => this.now * 1000, monotonicMs: () => this.now * 1000 };
    return { clock, files: this.files };
  }

  open(): StoreHarness {
    return new StoreHarness(this.environment, "data");
  }

  /** Sealed windows of 300 series. */
  fill(): void {
    const { writer } = this.store;
    const tiers = [10, 300].map((step) => ({ step, retention: 30 * DAY + step, lambda: 0 }));
    const plan = writer.planNumber({ mode: REPLACE, tiers });
    for (let i = 0; i < SERIES; i++) writer.createSeries(`s${i}`, plan);
    for (; this.now < START + MINUTES * 60; this.now += 10) {
      for (let i = 0; i < SERIES; i++) writer.point(i, this.now, sampleOf(i, this.now), 0, -1);
      if (this.now % 60 === 0) this.store.settle({ merges: false });
    }
    this.now += 700;
    this.store.settle({ merges: false });
  }

  get entries(): FileEntry[] {
    return [...this.store.recovered.manifest.files];
  }

  /** A byte in the first group of blocks, the section's table, or wherever `at` is. */
  damage({ file }: FileEntry, at = 100): void {
    this.files.damage(`data/statfiles/${file}`, at);
  }

  /** Reads all files as a scrub does, and sets aside what is damaged. */
  scrub(): void {
    const scrubber = new Scrubber(
      this.environment.clock,
      () => this.entries.map(({ file }) => file),
      (file) => this.store.merger.examine(file),
      1e12,
      () => {},
    );
    scrubber.begin();
    while (scrubber.step() !== "idle");
    this.store.settle();
  }

  /** Datapoints that are missing; throws for one that is wrong. */
  missing(): number {
    let missing = 0;
    for (let i = 0; i < SERIES; i++) {
      const read = this.store.read(`s${i}`, START - 10, START + MINUTES * 60 - 10, this.now);
      for (let slot = 0; slot < read!.values.length; slot++) {
        const time = read!.start + slot * 10;
        const value = read!.values[slot]!;
        if (Number.isNaN(value)) missing++;
        else if (value !== sampleOf(i, time)) throw new Error(`s${i} at ${time}: ${value}`);
      }
    }
    return missing;
  }

  get quarantine(): string[] {
    return this.files.list("data/quarantine");
  }

  notes(): string[] {
    const notes: string[] = [];
    const problems: string[] = [];
    checkStore(this.environment, "data", {
      problem: (problem) => problems.push(JSON.stringify(problem)),
      note: (text) => notes.push(text),
      progress: () => {},
    });
    if (problems.length > 0) throw new Error(problems.join());
    return notes;
  }
}

test("a scrub sets a damaged file aside, and what is whole of it serves on", (t) => {
  const world = new World();
  world.fill();
  t.is(world.missing(), 0);
  const [sick] = world.entries;
  world.damage(sick!);
  world.scrub();
  const [quarantined, ...others] = world.store.recovered.manifest.quarantined;
  t.is(others.length, 0);
  t.is(quarantined?.file, sick!.file);
  t.regex(quarantined!.reason, /damaged/);
  const lost = quarantined!.lostBlocks!;
  t.true(lost > 50 && lost < 200, `${lost} blocks`);
  t.is(world.missing(), lost * 60);
  t.deepEqual(world.quarantine, [sick!.file.replace("/", "-")]);
  t.true(world.entries.some(({ file }) => file.includes("-rescued-1")));
  t.true(world.notes().some((note) => note.includes(`${lost} blocks of it are lost`)));
  world.store = world.open();
  t.is(world.missing(), lost * 60);
  // All of it is merged as if nothing had been.
  world.now += DAY;
  world.store.settle();
  t.is(world.missing(), lost * 60);
  t.deepEqual(world.store.broken, []);
  t.is(world.quarantine.length, 1);
});

test("a merge that meets damaged files goes on with what is whole", (t) => {
  const world = new World();
  world.fill();
  const [first, second] = world.entries.filter(({ step }) => step === 10);
  world.damage(first!);
  world.damage(second!, second!.bytes - 5);
  world.now += 2 * DAY;
  for (let turn = 0; turn < 5; turn++, world.now += 61) world.store.settle();
  const { quarantined } = world.store.recovered.manifest;
  t.deepEqual(quarantined.map(({ file }) => file).sort(), [first!.file, second!.file].sort());
  const lost = quarantined.map(({ lostBlocks }) => lostBlocks).find((count) => count !== null)!;
  t.is(world.missing(), (lost + SERIES) * 60);
  t.is(world.entries.filter(({ step }) => step === 10).length, 1);
  t.is(world.store.merger.failure, null);
  t.is(world.quarantine.length, 2);
});

test("damaged roll-ups are made again of what is finer", (t) => {
  for (const at of [100, -5]) {
    const world = new World();
    world.fill();
    world.now += 2 * DAY;
    for (let turn = 0; turn < 5; turn++, world.now += 61) world.store.settle();
    const average = { method: "average", xFilesFactor: 0 } as const;
    const coarse = (path: string): number[] => {
      const read = world.store.readTier(path, 1, START, START + HOUR, average)!;
      return [...read.values].map((value) => (Number.isNaN(value) ? -1 : value));
    };
    const paths = ["s0", "s150", "s299"];
    const before = paths.map(coarse);
    const [sick] = world.entries.filter(({ step }) => step === 300);
    world.damage(sick!, at < 0 ? sick!.bytes + at : at);
    world.scrub();
    for (let turn = 0; turn < 5; turn++, world.now += 61) world.store.settle();
    t.is(world.store.recovered.manifest.quarantined.length, 1);
    t.deepEqual(paths.map(coarse), before);
    world.store = world.open();
    t.deepEqual(paths.map(coarse), before);
    t.true(world.entries.some(({ step }) => step === 300));
  }
});

test("wherever a rescue is killed, nothing that was whole is lost, nor the damaged file", (t) => {
  const calm = new World();
  calm.fill();
  const [sick] = calm.entries;
  calm.damage(sick!);
  const disk = calm.files;
  for (let step = 1; step < 60; step += 2) {
    const world = new World(disk.crash("kill", 1));
    world.now = calm.now;
    world.store = world.open();
    world.files.crashAfter(step);
    try {
      world.scrub();
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
    }
    world.files = world.files.crash(step % 2 === 0 ? "kill" : "power", step);
    world.store = world.open();
    world.scrub();
    t.is(world.store.recovered.manifest.quarantined.length, 1, `step ${step}`);
    t.is(world.missing(), world.store.recovered.manifest.quarantined[0]!.lostBlocks! * 60);
    t.deepEqual(world.quarantine, [sick!.file.replace("/", "-")]);
  }
});

test("a scrub keeps to its pace, looks at suspects at once, and says what it has done", (t) => {
  let seconds = 0;
  const clock = { wallMs: () => 0, monotonicMs: () => seconds * 1000 };
  const seen: string[] = [];
  const results: ScrubResult[] = [];
  function* examine(file: string): Generator<number> {
    seen.push(file);
    for (let piece = 0; piece < 8; piece++) yield 1 << 19;
  }
  const scrubber = new Scrubber(
    clock,
    () => ["a", "b"],
    examine,
    1 << 20,
    (result) => results.push(result),
  );
  t.is(scrubber.step(), "idle");
  scrubber.begin();
  scrubber.begin();
  let waits = 0;
  for (;;) {
    const state = scrubber.step();
    if (state === "idle") break;
    if (state === "wait") {
      if (waits++ === 2) scrubber.suspect("c");
      seconds++;
    }
  }
  t.deepEqual(seen, ["a", "c", "b"]);
  t.true(seconds >= 6 && seconds <= 8, `${seconds} s`);
  t.deepEqual(results, [{ files: 2, bytes: 8 << 20, seconds }]);
  t.is(scrubber.scrubbedFiles, 2);
});

test("a server scrubs by its schedule, and says what it has set aside", async (t) => {
  const folder = temporaryFolder();
  const path = `${folder.path}/data`;
  let seconds = Math.floor(Date.now() / 1000) - 4 * HOUR;
  const clock = { wallMs: () => seconds * 1000, monotonicMs: () => seconds * 1000 };
  const store = new StoreHarness({ clock, files: nodeFiles }, path);
  const tiers = [{ step: 10, retention: 30 * DAY, lambda: 0 }];
  const series = store.writer.createSeries("a", store.writer.planNumber({ mode: REPLACE, tiers }));
  for (let i = 0; i < 240; i++, seconds += 10) {
    store.writer.point(series, seconds, i, i, 0);
    store.settle({ merges: false });
  }
  seconds += 1300;
  store.settle({ merges: false });
  store.wal.close();
  store.catalogue.close();
  store.recovered.manifest.close();
  const [sick] = store.recovered.manifest.files;
  flip(`${path}/statfiles/${sick!.file}`, 70);
  const server = await TestServer.start(path, ["--scrub-schedule", "* * * * * *"]);
  const warnings = await eventually(async () => {
    const health = (await server.json("/health")) as { warnings: string[]; damage: string[] };
    return health.warnings.length > 0 ? health : undefined;
  });
  t.deepEqual(warnings.warnings, ["1 damaged StatFiles are in quarantine"]);
  t.regex(warnings.damage.join(), /the blocks at \d+ are damaged/);
  await eventually(async () => (server.log.includes('"msg":"scrubbed"') ? true : undefined));
  t.true(existsSync(`${path}/quarantine/${sick!.file.replace("/", "-")}`));
  t.regex(await (await fetch(server.url("/metrics"))).text(), /^statite_quarantined_statfiles 1$/m);
  t.is(await server.stop(), 0);
  folder.remove();
});

function flip(path: string, at: number): void {
  const file = openSync(path, "r+");
  const byte = new Uint8Array(1);
  readSync(file, byte, 0, 1, at);
  byte[0] = byte[0]! ^ 0x55;
  writeSync(file, byte, 0, 1, at);
  closeSync(file);
}
