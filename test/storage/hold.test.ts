import test from "ava";
import { REPLACE } from "../../src/storage/plan.ts";
import { SimulatedFiles } from "./simulated-files.ts";
import { StoreHarness } from "./store-harness.ts";

const HOUR = 3600;
const DAY = 86_400;
const START = Date.UTC(2025, 2, 1) / 1000;

/** A series with a value a minute for five days, and the time that goes on. */
class World {
  now = START;
  readonly files = new SimulatedFiles(1);
  store: StoreHarness;

  constructor() {
    this.store = this.open();
    this.series("a", 30);
    for (let day = 0; day < 5; day++) this.pass(DAY);
  }

  open(): StoreHarness {
    const clock = { wallMs: () => this.now * 1000, monotonicMs: () => this.now * 1000 };
    return new StoreHarness({ clock, files: this.files }, "data");
  }

  plan(days: number): number {
    const tiers = [{ step: 60, retention: days * DAY, lambda: 0 }];
    return this.store.writer.planNumber({ mode: REPLACE, tiers });
  }

  series(name: string, days: number): void {
    this.store.writer.createSeries(name, this.plan(days));
  }

  change(days: number): number {
    return this.store.writer.changePlan(0, this.plan(days), false)!;
  }

  pass(seconds: number): void {
    const end = this.now + seconds;
    while (this.now < end) {
      for (let minute = 0; minute < 10; minute++, this.now += 60) {
        for (let series = 0; series < this.store.view.series.next; series++) {
          this.store.writer.point(series, this.now, 1, 1, 0);
        }
      }
      this.store.settle({ merges: this.now % HOUR === 0 });
    }
  }

  /** Days back from now for which the series answers. */
  get days(): number {
    const read = this.store.read("a", START - DAY, this.now, this.now);
    const known = [...read!.values].filter((value) => !Number.isNaN(value)).length;
    return Math.round((known * 60) / DAY);
  }

  get oldest(): number {
    const files = [...this.store.recovered.manifest.files];
    return Math.round((Math.min(...files.map(({ from }) => from)) - START) / DAY);
  }
}

test("a shortened retention removes and hides nothing for a day, and then what it no longer keeps", (t) => {
  const world = new World();
  t.is(world.days, 5);
  const from = world.change(2);
  world.pass(HOUR);
  t.is(world.store.merger.held?.until, from + DAY);
  t.true(world.store.merger.held!.files >= 2);
  t.true(world.store.merger.held!.bytes > 0);
  world.pass(22 * HOUR);
  t.deepEqual([world.days, world.oldest], [6, 0]);
  world.pass(3 * HOUR);
  t.is(world.days, 2);
  t.true(world.oldest >= 3);
  t.is(world.store.merger.held, null);
  t.deepEqual(world.store.broken, []);
});

test("a shortening that is taken back within the day has removed nothing", (t) => {
  const world = new World();
  world.change(2);
  world.pass(20 * HOUR);
  world.change(30);
  world.pass(HOUR);
  t.is(world.store.merger.held, null);
  world.pass(3 * DAY);
  t.deepEqual([world.days, world.oldest], [9, 0]);
  world.store = world.open();
  t.is(world.days, 9);
});

test("files are kept as long as another series with their tiers needs them", (t) => {
  const world = new World();
  world.series("b", 30);
  world.change(2);
  world.pass(2 * DAY);
  t.is(world.days, 2);
  t.is(world.oldest, 0);
  t.is(world.store.merger.held, null);
});
