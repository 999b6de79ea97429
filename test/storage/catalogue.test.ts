import test from "ava";
import type { Environment } from "../../src/storage/environment.ts";
import { REPLACE } from "../../src/storage/plan.ts";
import { SimulatedFiles } from "./simulated-files.ts";
import { StoreHarness } from "./store-harness.ts";

const NOW = 1_700_000_100;
const PATH = "data/catalogue";

/** A store whose clock goes on from life to life. */
class World {
  files = new SimulatedFiles(1);
  #ms = NOW * 1000;

  open(maxSeries = 1000): StoreHarness {
    const clock = { wallMs: () => this.#ms, monotonicMs: () => this.#ms };
    const environment: Environment = { clock, files: this.files };
    return new StoreHarness(environment, "data", { maxSeries });
  }

  /** Defines series, a datapoint each, and seals them: the log has nothing of it afterwards. */
  seal(store: StoreHarness, ...names: string[]): void {
    this.log(store, ...names);
    for (let turn = 0; turn < 8; turn++) {
      this.#ms += 300_000;
      store.settle();
    }
  }

  /** The same, but the log is all that has them. */
  log(store: StoreHarness, ...names: string[]): void {
    for (const name of names) {
      const step = 10 + name.length;
      const plan = { mode: REPLACE, tiers: [{ step, retention: 864_000, lambda: 0 }] } as const;
      const series = store.writer.createSeries(name, store.writer.planNumber(plan));
      store.writer.point(series, Math.floor(this.#ms / 1000), 1, 1, 0);
    }
    store.writer.flush();
    while (store.writeFrame());
    store.sync();
  }

  bytes(path = PATH): Uint8Array {
    const file = this.files.openRead(path);
    const bytes = new Uint8Array(this.files.size(file));
    this.files.readAt(file, bytes, 0);
    return bytes;
  }

  write(bytes: Uint8Array, path = PATH): void {
    this.files.unlink(path);
    this.files.append(this.files.create(path), bytes);
  }
}

function names(store: StoreHarness): string[] {
  return Array.from({ length: store.view.series.next }, (_, i) => store.names.nameOf(i));
}

test("damage in the last frame of the catalogue is named, and stays for another look", (t) => {
  const world = new World();
  const first = world.open();
  world.seal(first, "a");
  const whole = world.bytes().length;
  world.seal(first, "bb");
  world.files.damage(PATH, world.bytes().length - 1);
  const second = world.open();
  const reported = [{ file: PATH, offset: whole, reason: "the frame's checksum is wrong" }];
  t.deepEqual(second.recovered.damage, reported);
  t.deepEqual(names(second), ["a", ""]);
  world.seal(second, "ccc");
  const third = world.open();
  t.deepEqual(third.recovered.damage, reported);
  t.deepEqual(names(third), ["a", "", "ccc"]);
});

test("a catalogue that is cut off where the log does not help is damage, too", (t) => {
  const world = new World();
  const first = world.open();
  world.seal(first, "a");
  const whole = world.bytes().length;
  world.seal(first, "bb");
  world.write(world.bytes().subarray(0, -5));
  const { damage } = world.open().recovered;
  t.deepEqual(damage, [{ file: PATH, offset: whole, reason: "the frame is cut off" }]);
});

test("a changed retention that only a damaged frame knew is missed", (t) => {
  const world = new World();
  const store = world.open();
  world.seal(store, "a");
  const whole = world.bytes().length;
  const plan = { mode: REPLACE, tiers: [{ step: 60, retention: 864_000, lambda: 0 }] } as const;
  store.writer.changePlan(0, store.writer.planNumber(plan), false);
  store.writer.flushCatalogue();
  world.seal(store);
  world.files.damage(PATH, world.bytes().length - 1);
  t.is(world.open().recovered.damage[0]?.offset, whole);
});

test("an end that no sync has covered is normal, whatever it holds: the log has it all", (t) => {
  for (const garbage of [new Uint8Array(0), new Uint8Array(400), new Uint8Array(33).fill(0xa5)]) {
    const world = new World();
    const store = world.open();
    world.seal(store, "a");
    const before = world.bytes();
    // Long after the last definition, so that the log begins later than the catalogue ends.
    world.seal(store);
    world.log(store, "bb");
    world.write(Buffer.concat([before, garbage]));
    const after = world.open();
    t.deepEqual(after.recovered.damage, []);
    t.deepEqual(names(after), ["a", "bb"]);
    world.seal(after, "ccc");
    const later = world.open();
    t.deepEqual(later.recovered.damage, []);
    t.deepEqual(names(later), ["a", "bb", "ccc"]);
  }
});

test("so is a frame of full length whose payload never came to the disk", (t) => {
  const world = new World();
  const store = world.open();
  world.seal(store, "a");
  const whole = world.bytes().length;
  world.log(store, "bb");
  // The catalogue is appended to, and the power fails before its sync.
  const log = world.files.crash("kill", 1);
  store.writer.flushCatalogue();
  const bytes = world.bytes().fill(0, whole + 40);
  world.files = log;
  world.write(bytes);
  const after = world.open();
  t.deepEqual(after.recovered.damage, []);
  t.deepEqual(names(after), ["a", "bb"]);
});

test("a plan that is lost does not shift the numbers of later ones", (t) => {
  const world = new World();
  const store = world.open();
  world.seal(store, "a");
  const whole = world.bytes().length;
  world.seal(store, "bb");
  world.seal(store, "ccc");
  world.files.damage(PATH, whole + 40);
  const after = world.open();
  t.is(after.recovered.damage.length, 1);
  t.deepEqual(names(after), ["a", "", "ccc"]);
  const { series } = after.view;
  t.is(series.plans.step[series.planOf[2]!], 13);
});

test("a store with more series than there is memory for says what it needs", (t) => {
  for (const way of ["seal", "log"] as const) {
    const world = new World();
    const letters = ["a", "bb", "ccc", "dddd", "eeeee"];
    world[way](world.open(), ...letters);
    const before = world.bytes("data/FORMAT");
    t.throws(() => world.open(4), {
      name: "StartError",
      message: /5 series.*memory for 4: start with --max-series 5 or more/,
    });
    t.deepEqual(world.bytes("data/FORMAT"), before);
    const after = world.open(5);
    t.deepEqual(after.recovered.damage, []);
    t.deepEqual(names(after), letters);
  }
});

test("names that do not fit into the index end the start, too", (t) => {
  const world = new World();
  const path = (i: number): string =>
    `${Array.from({ length: 40 }, (_, n) => `${i}n${n}`).join(".")}`;
  world.log(world.open(), ...Array.from({ length: 150 }, (_, i) => path(i)));
  t.throws(() => world.open(160), { name: "StartError", message: /names.*--max-series/ });
  t.is(names(world.open()).length, 150);
});
