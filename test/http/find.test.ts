import test from "ava";
import { Parser } from "pickleparser";
import { decodeMsgpack } from "../render/msgpack.ts";
import { form, server } from "./small-server.ts";

const RETENTION = 864_000;

interface PeerNode {
  path: string;
  is_leaf: boolean;
  isLeaf: boolean;
  intervals?: [number, number][];
}

test("a peer reads what is leaf, what is branch, and how far back a leaf reaches", async (t) => {
  const { app } = await server();
  const get = async (format: string): Promise<Buffer> => {
    const url = `/metrics/find/?local=1&format=${format}&query=web.%2A`;
    const { rawPayload, headers } = await app.inject({ url });
    t.is(headers["cache-control"], "no-cache");
    t.is(headers.pragma, "no-cache");
    return rawPayload;
  };
  const pickled = new Parser().parse(await get("pickle")) as PeerNode[];
  const packed = decodeMsgpack(await get("msgpack")) as PeerNode[];
  for (const nodes of [pickled, packed]) {
    t.deepEqual(
      nodes.map(({ path, is_leaf, isLeaf }) => [path, is_leaf, isLeaf]),
      [
        ["web.a", false, false],
        ["web.a", true, true],
        ["web.b", false, false],
      ],
    );
    t.deepEqual(
      nodes.map(({ intervals }) => intervals?.length),
      [undefined, 1, undefined],
    );
    const [start, end] = nodes[1]!.intervals![0]!;
    t.is(end - start, RETENTION);
    t.true(Math.abs(end - Date.now() / 1000) < 60);
  }
  const listed = JSON.parse((await get("json")).toString()) as {
    intervals?: { start: number; end: number }[];
  }[];
  t.is(listed.length, 3);
  const [interval] = listed[1]!.intervals!;
  t.is(interval!.end - interval!.start, RETENTION);
});

test("find takes its parameters from the URL, a form, or both, with a slash or without", async (t) => {
  const { app } = await server();
  const bodies = [
    await app.inject({ url: "/metrics/find?query=web.*&wildcards=1&format=completer" }),
    await app.inject({
      url: "/metrics/find/",
      ...form("query=web.*&wildcards=1&format=completer"),
    }),
    await app.inject({ url: "/metrics/find?wildcards=1", ...form("query=web.&format=completer") }),
    await app.inject({ url: "/metrics/", ...form("query=web.*&wildcards=1&format=completer") }),
  ].map(({ body }) => body);
  t.is(new Set(bodies).size, 1);
  t.deepEqual((JSON.parse(bodies[0]!) as { metrics: object[] }).metrics.at(-1), { name: "*" });
});

test("an entry for all is there when several match, also when they have one name", async (t) => {
  const { app } = await server();
  const tree = async (query: string): Promise<{ text: string; id: string; leaf: number }[]> => {
    const url = `/metrics/find?wildcards=1&query=${query}`;
    return JSON.parse((await app.inject({ url })).body) as never;
  };
  t.deepEqual(
    (await tree("web.*")).map(({ id }) => id),
    ["web.*", "web.a", "web.b"],
  );
  t.deepEqual(
    (await tree("web.*.load")).map(({ id, leaf }) => [id, leaf]),
    [
      ["web.*.*", 1],
      ["web.*.load", 1],
    ],
  );
  t.is((await tree("web.b")).length, 1);
});

test("nodes at a position, variants without braces, and jsonp and pretty where JSON is", async (t) => {
  const { app } = await server();
  const get = async (query: string): Promise<string> =>
    (await app.inject({ url: `/metrics/find?${query}` })).body;
  t.is(await get("query=web.*.load&format=nodelist&position=1"), '{"nodes":["a","b"]}');
  t.is(await get("query=web.*.load&format=nodelist"), '{"nodes":["load"]}');
  t.is(await get("query=web.*.load&format=nodelist&position=9"), '{"nodes":[]}');
  const variants = "query=web.a,b.lo&format=completer";
  t.is(await get(variants), '{"metrics":[]}');
  t.regex(await get(`${variants}&automatic_variants=1`), /web\.a\.load.*web\.b\.load/);
  t.regex(await get("query=web&jsonp=f"), /^f\(\[.*\]\)$/);
  t.is(await get("query=none&pretty=1"), "[]");
  t.regex(await get("query=web&pretty=1"), /^\[\n {2}\{\n {4}"text": "web"/);
  t.false((await get("query=web&format=pickle&jsonp=f&pretty=1")).startsWith("f("));
});

test("a parameter that cannot be read is named", async (t) => {
  const { app } = await server();
  for (const [url, reason] of [
    ["/metrics/find", /Missing required parameter 'query'/],
    ["/metrics/find?query=", /Required parameter 'query' is empty/],
    [
      "/metrics/find?query=a&format=xml",
      /one of treejson, completer, json, nodelist, pickle, msgp/,
    ],
    ["/metrics/find?query=a&position=x", /position must be a whole number/],
    ["/metrics/find?query=a&local=x", /local must be 0 or 1/],
    ["/metrics/find?query=a&from=bogus", /bogus/],
    ["/metrics/find?query=a&now=bogus", /bogus/],
    ["/metrics/expand?query=a&leavesOnly=x", /leavesOnly must be/],
    ["/metrics/set-metadata?metric=web.a&key=aggregationMethod&value=max", /--aggregation/],
  ] as const) {
    const { statusCode, body } = await app.inject({ url });
    t.is(statusCode, 400, url);
    t.regex(body, reason);
  }
  for (const time of ["from=&until=undefined", "from=-1&until=-1", "from=5&until=5&tz=No/Where"]) {
    t.is((await app.inject({ url: `/metrics/find?query=web&${time}` })).statusCode, 200, time);
  }
});

test("the index lists every series once, in order", async (t) => {
  const { app, store } = await server();
  store.writer.createSeries("web.c;dc=x", 0);
  const get = async (url: string): Promise<unknown> =>
    JSON.parse((await app.inject({ url })).body) as unknown;
  const expected = ["odd.ca^ret", "web.a", "web.a.load", "web.b.load", "web.c;dc=x", "x.ä"];
  t.deepEqual(await get("/metrics/index.json"), expected);
  t.deepEqual(await get("/metrics/index.json/?local=1"), expected);
  t.is(
    (await app.inject({ url: "/metrics/index.json?jsonp=f" })).body,
    `f(${JSON.stringify(expected)})`,
  );
});

test("expand joins what patterns match, or keeps it apart", async (t) => {
  const { app } = await server();
  const get = async (query: string): Promise<unknown> =>
    (
      JSON.parse((await app.inject({ url: `/metrics/expand?${query}` })).body) as {
        results: unknown;
      }
    ).results;
  t.deepEqual(await get("query=web.*&query=web.a&query=no"), ["web.a", "web.b"]);
  t.deepEqual(await get("query=web.*&query=no&groupByExpr=1"), {
    "web.*": ["web.a", "web.b"],
    no: [],
  });
  t.deepEqual(await get("query=web.*&leavesOnly=1"), ["web.a"]);
  t.deepEqual(await get(""), []);
});

test("metadata tell how a series is kept, each metric by itself", async (t) => {
  const { app } = await server();
  const get = async (query: string): Promise<unknown> =>
    JSON.parse((await app.inject({ url: `/metrics/get-metadata?${query}` })).body) as unknown;
  t.deepEqual(await get("metric=web.a&metric=web&key=aggregationMethod"), {
    "web.a": { value: "average" },
    web: { error: "there is no series of that name" },
  });
  t.deepEqual(await get("metric=web.a"), {
    "web.a": { aggregationMethod: "average", xFilesFactor: 0.5, retentions: [[10, RETENTION]] },
  });
  t.regex(JSON.stringify(await get("metric=web.a&key=constructor")), /key is none of/);
});
