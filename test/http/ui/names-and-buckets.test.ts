import test, { type ExecutionContext } from "ava";
import type { FastifyInstance } from "fastify";
import type { AccessRules } from "../../../src/http/access/access-rules.ts";
import { type UiSite, uiSite } from "./ui-site.ts";

interface Buckets {
  series: {
    name: string;
    target: string;
    start: number;
    step: number;
    tier: { step: number };
    known: string;
    columns: Record<string, (number | null)[]>;
  }[];
}

async function get(app: FastifyInstance, url: string): Promise<{ status: number; body: unknown }> {
  const { statusCode, body } = await app.inject({ url });
  return { status: statusCode, body: JSON.parse(body) };
}

async function buckets(
  app: FastifyInstance,
  payload: unknown,
): Promise<{ status: number; body: Buckets & { message: string } }> {
  const { statusCode, body } = await app.inject({
    method: "POST",
    url: "/_/buckets",
    headers: { "content-type": "application/json" },
    payload: JSON.stringify(payload),
  });
  return { status: statusCode, body: JSON.parse(body) };
}

const HOSTILE = ['<img src=x onerror="1">.a', "web.__proto__.constructor", "web.ü\u202e.load"];

async function site(): Promise<UiSite> {
  const all = await uiSite();
  all.put("replace", "web.a.load", [[all.time, 1]]);
  all.put("replace", "web.b.load", [[all.time, 2]]);
  all.put("replace", "cpu;host=a", [[all.time, 3]]);
  for (const name of HOSTILE) all.put("replace", name, [[all.time, 4]]);
  return all;
}

/** Asks both ports, which must say the same. */
async function both(
  t: ExecutionContext,
  { graphite, istat }: UiSite,
  url: string,
): Promise<{ status: number; body: unknown }> {
  const answer = await get(graphite, url);
  t.deepEqual(await get(istat, url), answer, url);
  return answer;
}

test("search and tree answer on both ports, also about hostile names", async (t) => {
  const all = await site();
  t.deepEqual((await both(t, all, "/_/search?q=LOAD+Eb.a&limit=5")).body, {
    total: 1,
    isComplete: true,
    hits: [{ name: "web.a.load", isLeaf: true, below: 0 }],
  });
  for (const name of HOSTILE) {
    const word = name.split(/[ .]/)[1]!;
    const { body } = await both(t, all, `/_/search?q=${encodeURIComponent(word)}`);
    t.true(JSON.stringify(body).includes(JSON.stringify(name).slice(1, -1)), name);
  }
  t.like((await both(t, all, "/_/tree?path=web&offset=1&limit=2")).body, {
    total: 4,
    nodes: [{ path: "web.a.load", text: "a.load" }, { path: "web.b.load" }],
    tagged: 1,
  });
});

test("what cannot be asked is told, and the next question is answered", async (t) => {
  const all = await site();
  for (const url of [
    "/_/search?q=a&limit=0",
    "/_/search?q=a&limit=1e9",
    "/_/search?q=host!=a",
    `/_/search?q=${"a.".repeat(100)}`,
    "/_/tree?offset=-1",
    "/_/tree?limit=many",
  ]) {
    const { status, body } = await both(t, all, url);
    t.is(status, 400, url);
    t.regex((body as { message: string }).message, /^\S.{10,}/, url);
  }
  t.is((await get(all.istat, "/_/nothing")).status, 404);
  t.is((await both(t, all, "/_/search")).status, 200);
});

test("buckets hold every statistic of the tier that the range is in", async (t) => {
  const all = await uiSite();
  const { time } = all;
  all.put("gauge", "g", [
    [time, 1],
    [time + 1, 3],
    [time + 20, 5],
    [time + 61, 11],
  ]);
  all.put("replace", "r", [
    [time, 1],
    [time + 10, 4],
  ]);
  for (const app of [all.graphite, all.istat]) {
    const { status, body } = await buckets(app, {
      targets: ["{g,r}"],
      from: time,
      until: time + 29,
    });
    t.is(status, 200);
    const [g, r] = body.series;
    t.like(g, {
      name: "g",
      target: "{g,r}",
      start: time,
      step: 10,
      tier: { step: 10 },
      known: "all",
    });
    t.deepEqual(g!.columns, {
      mean: [2, null, 5],
      min: [1, null, 5],
      max: [3, null, 5],
      stddev: [1, null, 0],
      count: [2, 0, 1],
      last: [3, null, 5],
    });
    t.deepEqual(r!.columns.mean, [1, 4, null]);
  }
  const zoomed = await buckets(all.graphite, {
    targets: ["g"],
    from: String(time),
    until: time + 119,
    maxDataPoints: 3,
    columns: ["max", "count"],
  });
  t.like(zoomed.body.series[0], { step: 60, tier: { step: 60 }, start: time });
  t.deepEqual(zoomed.body.series[0]!.columns, { max: [5, 11], count: [3, 1] });
});

test("idle slots of an event counter are samples of 0 where there are others beside them", async (t) => {
  const all = await uiSite();
  const { time } = all;
  all.put("event", "e", [
    [time, 6],
    [time + 5, 6],
    [time + 70, 3],
  ]);
  const { body } = await buckets(all.graphite, {
    targets: ["e"],
    from: time,
    until: time + 179,
    maxDataPoints: 4,
  });
  const { columns, step } = body.series[0]!;
  t.is(step, 60);
  t.deepEqual(columns.count, [6, 6, 0]);
  t.deepEqual(columns.min, [0, 0, null]);
  t.true(Math.abs(columns.mean![0]! * 6 - 1.2) < 1e-9);
  t.true(columns.stddev![0]! > 0);
});

test("a question about too many buckets, or of another shape, is refused in words", async (t) => {
  const all = await uiSite();
  for (let i = 0; i < 1001; i++) all.store.writer.createSeries(`many.s${i}`, planOf(all));
  const range = { from: "-1h", until: "now" };
  for (const payload of [
    { targets: ["many.*"], ...range },
    { targets: [1], ...range },
    { targets: Array.from({ length: 1001 }, () => "a"), ...range },
    { targets: "many.s1", from: "never" },
    { targets: "many.s1", maxDataPoints: 0 },
    { targets: "many.s1", columns: ["__proto__"] },
    { targets: ['seriesByTag("a!=b")'] },
    [],
    null,
  ]) {
    for (const app of [all.graphite, all.istat]) {
      const { status, body } = await buckets(app, payload);
      t.is(status, 400, JSON.stringify(payload).slice(0, 80));
      t.regex(body.message, /^\S.{10,}/);
    }
  }
  const { body } = await buckets(all.istat, { targets: ["many.s1", "nowhere"], ...range });
  t.deepEqual(
    body.series.map(({ name }) => name),
    ["many.s1"],
  );
});

function planOf({ store }: UiSite): number {
  return store.writer.planNumber({ mode: 0, tiers: [{ step: 60, retention: 86_400, lambda: 0 }] });
}

test("where access rules are in force, who may not read may not ask", async (t) => {
  const access: AccessRules = { anonymous: null, authenticate: async () => null };
  const all = await uiSite({ access });
  for (const app of [all.graphite, all.istat]) {
    t.is((await get(app, "/_/search?q=a")).status, 401);
    t.is((await get(app, "/_/tree")).status, 401);
    t.is((await buckets(app, { targets: ["a"] })).status, 401);
  }
});
