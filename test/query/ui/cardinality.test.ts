import test from "ava";
import fc from "fast-check";
import { SeriesCreators } from "../../../src/ingest/series-creators.ts";
import { SlowQueries } from "../../../src/query/slow-queries.ts";
import type { QueryAnswer, QueryJob } from "../../../src/render/query-job.ts";
import { cardinalityBelow } from "../../../src/storage/index/cardinality.ts";
import { NameIndex } from "../../../src/storage/index/name-index.ts";
import { property } from "../../property.ts";

const label = fc.constantFrom("a", "b", "c");
const name = fc
  .tuple(fc.array(label, { minLength: 1, maxLength: 3 }), fc.boolean())
  .map(([labels, isTagged]) => labels.join(".") + (isTagged ? ";t=1" : ""));

test("a prefix has as many series as there are names below it, new ones apart", (t) => {
  const prefixes = fc.constantFrom("", "a", "a.b", "x");
  const lists = fc.array(name, { maxLength: 40 });
  property(
    t,
    [lists, fc.array(fc.nat(39)), prefixes, fc.nat(40)],
    (list, deleted, prefix, hour) => {
      const index = new NameIndex(NameIndex.reserve(100));
      const names = [...new Set(list)];
      names.forEach((one, series) => {
        index.add(one, series);
      });
      for (const series of new Set(deleted)) if (index.isLive(series)) index.remove(series);
      const isBelow = (one: string, path: string): boolean =>
        path === "" || (!one.includes(";") && (one === path || one.startsWith(`${path}.`)));
      const count = (path: string, from: number): number =>
        names.filter((one, series) => series >= from && index.isLive(series) && isBelow(one, path))
          .length;
      const { total, newInHour, rows, branches, newInDay } = cardinalityBelow(
        index,
        prefix,
        { hour, day: null },
        100,
      );
      const known = total === count(prefix, 0) && newInHour === count(prefix, hour);
      const isRight = rows.every((row) => row.path === "" || row.series === count(row.path, 0));
      const isSorted = rows.every((row, i) => i === 0 || rows[i - 1]!.series >= row.series);
      const own = prefix === "" ? 0 : Number(index.seriesAt(prefix) >= 0);
      const sum = rows.reduce((all, row) => all + row.series, own);
      return (
        known &&
        isRight &&
        isSorted &&
        sum === total &&
        branches === rows.length &&
        newInDay === null
      );
    },
  );
});

test("the slowest of the last hour are kept, with what they asked and how they ended", async (t) => {
  let now = 1000;
  let isBroken = false;
  const answer: QueryAnswer = {
    status: 200,
    contentType: "",
    headers: {},
    body: Buffer.alloc(0),
    problems: [],
    threadMs: 7,
  };
  const slow = new SlowQueries(
    {
      run: async () => {
        const end = performance.now() + 51;
        while (performance.now() < end);
        if (isBroken) throw new Error("too much");
        return answer;
      },
    },
    () => now,
  );
  const job: QueryJob = { kind: "metadata", metrics: ["x".repeat(9000)] };
  const { signal } = new AbortController();
  t.is(await slow.run(job, signal), answer);
  isBroken = true;
  await t.throwsAsync(slow.run({ kind: "ui", ask: "search", query: "<b>", limit: 1 }, signal));
  t.is(slow.list.length, 2);
  const kinds = slow.list
    .map(({ kind, error, threadMilliseconds }) => `${kind} ${error} ${threadMilliseconds}`)
    .sort();
  t.deepEqual(kinds, ["metadata null 7", "ui search too much null"]);
  t.true(slow.list.every(({ text }) => text.length <= 500));
  now += 3700;
  t.deepEqual(slow.list, []);
});

test("however many senders create series, a thousand are remembered, and those with most stay", (t) => {
  const creators = new SeriesCreators(() => 5);
  creators.sender = "busy";
  for (let i = 0; i < 10; i++) creators.created();
  for (let i = 0; i < 3000; i++) {
    creators.sender = `10.0.${i >> 8}.${i & 255}`;
    creators.created();
  }
  t.deepEqual(creators.top[0], { sender: "busy", series: 10, last: 5 });
  t.is(creators.top.length, 50);
});
