import test, { type ExecutionContext } from "ava";
import { randomOf } from "../simulated-files.ts";
import { type Datapoint, type TestedStore, TIERS } from "./tested-store.ts";

const HOUR = 3600;
const DAY = 86_400;

/** Everything that a store must be able to do, as tests. */
export function conformance(kind: string, open: () => Promise<TestedStore>): void {
  const claim = (
    title: string,
    check: (t: ExecutionContext, store: TestedStore) => Promise<void>,
  ): void =>
    test(`${kind}: ${title}`, async (t) => {
      const store = await open();
      try {
        await check(t, store);
      } finally {
        await store.close();
      }
    });

  claim("what was written is read in its slot, and nothing besides", async (t, store) => {
    const start = floor(store.now - 200, 10);
    await store.write([
      point("a.b", start, 1),
      point("a.b", start + 37, 2.5),
      point("a.c", start, 7),
    ]);
    const expected = [1, NaN, NaN, 2.5, NaN];
    for (const when of ["at once", "after a restart", "later", "much later"]) {
      t.deepEqual(await store.read("a.b", 0, start, start + 50, "average"), expected, when);
      t.deepEqual(await store.read("a.c", 0, start, start + 20, "average"), [7, NaN], when);
      t.true((await store.read("a.x", 0, start, start + 20, "average")).every(Number.isNaN), when);
      if (when === "at once") await store.restart();
      else await store.pass(when === "later" ? DAY : 1000);
    }
  });

  claim("of two datapoints of a slot the one that came last counts", async (t, store) => {
    const start = floor(store.now - HOUR, 10);
    await store.write([point("a", start + 9, 1), point("a", start + 1, 2)]);
    t.deepEqual(await store.read("a", 0, start, start + 10, "average"), [2]);
    await store.pass(2000);
    await store.write([point("a", start, 3)]);
    t.deepEqual(await store.read("a", 0, start, start + 10, "average"), [3]);
    await store.pass(DAY);
    t.deepEqual(await store.read("a", 0, start, start + 10, "average"), [3]);
  });

  claim("the order in which slots come does not matter", async (t, store) => {
    const random = randomOf(3);
    const start = floor(store.now - 3 * HOUR, 3600);
    const points = Array.from({ length: 600 }, (_, i) => point("o", start + i * 10, i * 1.5));
    const shuffled = [...points].sort(() => random() - 0.5);
    await store.write(shuffled.slice(0, 300));
    await store.pass(1500);
    await store.write(shuffled.slice(300));
    const values = points.map(({ value }) => value);
    t.deepEqual(await store.read("o", 0, start, start + 6000, "last"), values);
    await store.pass(2 * DAY);
    t.deepEqual(await store.read("o", 0, start, start + 6000, "last"), values);
  });

  claim("every bit of a value comes back", async (t, store) => {
    const random = randomOf(4);
    const bits = new DataView(new ArrayBuffer(8));
    const special = [0, -0, Infinity, -Infinity, 5e-324, 1.7976931348623157e308, 0.1, -1 / 3];
    const others = Array.from({ length: 200 }, () => {
      bits.setUint32(0, random() * 2 ** 32);
      bits.setUint32(4, random() * 2 ** 32);
      const value = bits.getFloat64(0);
      return Number.isNaN(value) ? 1 : value;
    });
    const values = [...special, ...others];
    const start = floor(store.now - 4 * HOUR, 3600);
    await store.write(values.map((value, i) => point("bits", start + i * 10, value)));
    for (const seconds of [0, 2000, DAY]) {
      await store.pass(seconds);
      const read = await store.read("bits", 0, start, start + values.length * 10, "last");
      t.true(
        read.every((value, i) => Object.is(value, values[i])),
        `after ${seconds} s`,
      );
    }
  });

  claim(
    "coarser tiers answer every statistic, before and after they are written",
    async (t, store) => {
      const random = randomOf(5);
      const start = floor(store.now - 2 * DAY, DAY);
      const points: Datapoint[] = [];
      for (let i = 0; i < 1500; i++) {
        if (random() < 0.7)
          points.push(point("s", start + i * 10, Math.floor(random() * 1000) / 4));
      }
      await store.write(points);
      for (const seconds of [0, 3 * DAY, 20 * DAY, 40 * DAY]) {
        await store.pass(seconds);
        for (const tier of [1, 2]) await compareTier(t, store, points, tier, `after ${seconds} s`);
      }
    },
  );

  claim("late datapoints change the buckets that they belong to", async (t, store) => {
    const start = floor(store.now - 5 * DAY, DAY);
    const early = Array.from({ length: 360 }, (_, i) => point("l", start + i * 20, i));
    await store.write(early);
    await store.pass(DAY);
    const late = [point("l", start + 10, 100), point("l", start + 40, -5), point("m", start, 1)];
    await store.write(late);
    const all = [...early.filter(({ time }) => time !== start + 40), ...late];
    const own = all.filter(({ path }) => path === "l");
    await compareTier(t, store, own, 1, "at once");
    await store.restart();
    await compareTier(t, store, own, 2, "after a restart");
    await store.pass(3 * DAY);
    for (const tier of [1, 2]) await compareTier(t, store, own, tier, "after days");
  });

  claim("nothing is lost by a restart, however often", async (t, store) => {
    const start = floor(store.now, 10);
    for (let life = 0; life < 5; life++) {
      await store.write([
        point(`life.${life}`, start, life),
        point("all", start + life * 10, life),
      ]);
      await store.restart();
    }
    t.deepEqual(await store.read("all", 0, start, start + 50, "last"), [0, 1, 2, 3, 4]);
    t.deepEqual(
      await store.find("life.*"),
      [0, 1, 2, 3, 4].map((life) => `life.${life}`),
    );
  });

  claim("a datapoint of tomorrow waits for its time", async (t, store) => {
    const time = floor(store.now + 0.9 * DAY, 10);
    t.is(await store.write([point("f", time, 4), point("f", time + 2 * DAY, 5)]), 1);
    await store.restart();
    t.deepEqual(await store.read("f", 0, time, time + 10, "last"), [4]);
    await store.pass(DAY);
    t.deepEqual(await store.read("f", 0, time, time + 10, "last"), [4]);
  });

  claim("names are found by globs, tagged ones as they are", async (t, store) => {
    const names = ["web.a.cpu", "web.b.cpu", "web.b.mem", "db.a.cpu", "web", "hits;host=a"];
    await store.write(names.map((path) => point(path, store.now, 1)));
    for (const when of ["at once", "after a restart"]) {
      t.deepEqual(await store.find("web.*.cpu"), ["web.a.cpu", "web.b.cpu"], when);
      t.deepEqual(await store.find("{web,db}.a.cpu"), ["db.a.cpu", "web.a.cpu"], when);
      t.deepEqual(await store.find("web.[b-z].m?m"), ["web.b.mem"], when);
      t.deepEqual(await store.find("*"), ["web"], when);
      t.deepEqual(await store.find("web.*"), [], when);
      t.deepEqual(await store.find("hits;host=a"), ["hits;host=a"], when);
      await store.restart();
    }
  });

  claim(
    "a deleted series is gone at once and for good; its name may begin anew",
    async (t, store) => {
      const start = floor(store.now - 100, 10);
      await store.write(
        ["d.a", "d.b"].flatMap((p) => [point(p, start, 1), point(p, start - DAY, 2)]),
      );
      await store.pass(2000);
      t.is(await store.delete(["d.a", "d.nothing"]), 1);
      await store.write([point("d.b", start, 3)]);
      for (const when of ["at once", "after a restart", "later"]) {
        t.deepEqual(await store.find("d.*"), ["d.b"], when);
        t.true((await store.read("d.a", 0, start, start + 10, "last")).every(Number.isNaN), when);
        t.deepEqual(await store.read("d.b", 0, start, start + 10, "last"), [3], when);
        if (when === "at once") await store.restart();
        else await store.pass(2 * DAY);
      }
      const anew = floor(store.now, 10);
      await store.write([point("d.a", anew, 9)]);
      t.deepEqual(await store.read("d.a", 0, anew, anew + 10, "last"), [9]);
      t.true((await store.read("d.a", 0, start, start + 10, "last")).every(Number.isNaN));
    },
  );

  claim("many series keep apart", async (t, store) => {
    const start = floor(store.now - 300, 10);
    const points: Datapoint[] = [];
    for (let slot = 0; slot < 20; slot++) {
      for (let i = 0; i < 300; i++)
        points.push(point(`m.s${i}`, start + slot * 10, i * 1000 + slot));
    }
    await store.write(points);
    await store.pass(1500);
    for (const i of [0, 1, 150, 299]) {
      const expected = Array.from({ length: 20 }, (_, slot) => i * 1000 + slot);
      t.deepEqual(await store.read(`m.s${i}`, 0, start, start + 200, "last"), expected);
    }
  });
}

function point(path: string, time: number, value: number): Datapoint {
  return { path, time: Math.floor(time), value };
}

function floor(time: number, step: number): number {
  return Math.floor(time / step) * step;
}

/** Compares all buckets of a tier with what the datapoints of one path make of them. */
async function compareTier(
  t: ExecutionContext,
  store: TestedStore,
  points: readonly Datapoint[],
  tier: number,
  when: string,
): Promise<void> {
  const { step } = TIERS[tier]!;
  const sorted = [...points].sort((a, b) => a.time - b.time);
  const from = floor(sorted[0]!.time, step);
  const until = floor(sorted.at(-1)!.time, step) + step;
  for (const statistic of store.statistics) {
    const read = await store.read(sorted[0]!.path, tier, from, until, statistic);
    for (let i = 0; i < read.length; i++) {
      const start = from + i * step;
      const own = sorted.filter(({ time }) => time >= start && time < start + step);
      const right = statisticOf(
        own.map(({ value }) => value),
        statistic,
      );
      if (Object.is(read[i], right) || Math.abs(read[i]! - right) <= Math.abs(right) * 1e-12)
        continue;
      t.fail(`${when}: ${statistic} of tier ${tier} at ${start}: ${read[i]} instead of ${right}`);
      return;
    }
    t.is(read.length, (until - from) / step);
  }
}

function statisticOf(values: readonly number[], statistic: string): number {
  if (values.length === 0) return Number.NaN;
  const sum = values.reduce((a, b) => a + b, 0);
  switch (statistic) {
    case "sum":
      return sum;
    case "min":
      return Math.min(...values);
    case "max":
      return Math.max(...values);
    case "last":
      return values.at(-1)!;
    case "count":
      return values.length;
    default:
      return sum / values.length;
  }
}
