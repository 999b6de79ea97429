import { gunzipSync } from "node:zlib";
import test from "ava";
import { pino } from "pino";
import { buildServer } from "../../src/http/server.ts";
import { GraphiteError } from "../../src/model/errors.ts";
import { form, server } from "./small-server.ts";
import { noDeletes } from "./store-deletes.ts";
import { testDocuments } from "./test-documents.ts";

test("render answers GET and POST alike, with and without a trailing slash", async (t) => {
  const { app, time } = await server();
  const query = `target=web.a.load&from=${time - 10}&until=${time + 40}&format=json`;
  const bodies: string[] = [];
  for (const url of ["/render", "/render/"]) {
    bodies.push((await app.inject({ url: `${url}?${query}` })).body);
    bodies.push((await app.inject({ url, ...form(query) })).body);
  }
  t.is(new Set(bodies).size, 1);
  t.deepEqual(JSON.parse(bodies[0]!), [
    {
      target: "web.a.load",
      tags: { name: "web.a.load" },
      datapoints: [0, 1, 2, 3, 4].map((i) => [i + 0.5, time + i * 10]),
    },
  ]);
});

test("Grafana's wrapped targets keep their suffix, and unfinished ones take nothing down", async (t) => {
  const { app } = await server();
  const targets = [
    'aliasSub(web.*.load, "(^.*$)", "\\1 A")',
    'aliasSub(undefined, "(^.*$)", "\\1 B")',
    'aliasSub(, "(^.*$)", "\\1 C")',
    'alias(#B,"x")',
    "#A",
    "sumSeries()",
    "",
  ];
  const query = targets.map((target) => `target=${encodeURIComponent(target)}`).join("&");
  const answer = await app.inject({
    url: "/render",
    ...form(`${query}&format=json&maxDataPoints=300`),
  });
  t.is(answer.statusCode, 200);
  t.is(answer.headers["x-statite-errors"], undefined);
  t.deepEqual(
    (JSON.parse(answer.body) as { target: string }[]).map(({ target }) => target),
    ["web.a.load A", "web.b.load A"],
  );
});

test("a broken target is named in a header and takes no good one with it; alone it is a 400", async (t) => {
  const { app } = await server();
  const good = await app.inject({
    url: "/render?format=json&target=web.a.load&target=sumSeries(web.a.load&target=nosuch(%C3%A4)",
  });
  t.is(good.statusCode, 200);
  const errors = JSON.parse(String(good.headers["x-statite-errors"])) as {
    target: string;
    column: number;
    reason: string;
  }[];
  t.is(errors.length, 2);
  t.is(errors[0]?.target, "sumSeries(web.a.load");
  t.is(errors[1]?.target, "nosuch(ä)");
  t.regex(errors[1]?.reason ?? "", /there is no function nosuch/);
  t.regex(String(good.headers["x-statite-errors"]), /^[\x20-\x7e]{1,2048}$/);
  const alone = await app.inject({ url: "/render?format=json&target=scale(web.a.load,%22x%22)" });
  t.is(alone.statusCode, 400);
  t.regex(alone.body, /factor must be a number/);
});

test("the health check of Grafana is answered without a range", async (t) => {
  const { app } = await server();
  const target = encodeURIComponent('aliasSub(constantLine(100), "(^.*$)", "\\1 A")');
  const answer = await app.inject({
    url: "/render",
    ...form(`target=${target}&format=json&maxDataPoints=300`),
  });
  const [line] = JSON.parse(answer.body) as { target: string; datapoints: [number, number][] }[];
  t.is(line?.target, "100.0 A");
  t.is(line?.datapoints.length, 3);
});

test("pictures are not there yet, and JSON never stands in for them", async (t) => {
  const { app } = await server();
  for (const format of ["", "&format=png", "&format=svg", "&format=bogus"]) {
    const answer = await app.inject({ url: `/render?target=web.a.load${format}` });
    t.is(answer.statusCode, 501, format);
    t.is((JSON.parse(answer.body) as { code: string }).code, "ERR_PICTURE");
  }
});

test("jsonp wraps, and only names of functions", async (t) => {
  const { app } = await server();
  const good = await app.inject({ url: "/render?target=none&format=json&jsonp=cb" });
  t.is(good.body, "cb([])");
  t.is(good.headers["content-type"], "text/javascript");
  t.is(
    (await app.inject({ url: "/render?target=none&format=json&jsonp=alert(1)" })).statusCode,
    400,
  );
});

test("a name that is leaf and branch is one entry of the tree and two of the list", async (t) => {
  const { app } = await server();
  const tree = await app.inject({ url: "/metrics/find?query=web.*&from=undefined&until=" });
  t.deepEqual(JSON.parse(tree.body), [
    { text: "a", id: "web.a", allowChildren: 1, expandable: 1, leaf: 1 },
    { text: "b", id: "web.b", allowChildren: 1, expandable: 1, leaf: 0 },
  ]);
  const list = await app.inject({ url: "/metrics/find", ...form("query=web.{a,b}&format=json") });
  t.is((JSON.parse(list.body) as unknown[]).length, 3);
  const raw = await app.inject({ url: "/metrics/find", ...form("query=100%.{x,*}") });
  t.is(raw.statusCode, 200);
});

test("a caret in a path is a name first", async (t) => {
  const { app } = await server();
  const exact = await app.inject({ url: "/metrics/expand?query=odd.ca%5Eret" });
  t.deepEqual(JSON.parse(exact.body), { results: ["odd.ca^ret"] });
  const caret = await app.inject({ url: "/metrics/expand?query=web%5Ea.load%5Eb.load%5E" });
  t.deepEqual(JSON.parse(caret.body), { results: ["web", "web.a.load", "web.b.load"] });
});

test("/metrics without a query is about the server, with one it is find", async (t) => {
  const { app } = await server();
  t.is((await app.inject({ url: "/metrics" })).body, "statite_series 5\n");
  t.is((JSON.parse((await app.inject({ url: "/metrics?query=web" })).body) as unknown[]).length, 1);
  t.is((await app.inject({ url: "/metrics/find" })).statusCode, 400);
});

test("version, functions and health", async (t) => {
  const { app } = await server();
  t.is((await app.inject({ url: "/version" })).body, "1.1.10\n");
  const text = (await app.inject({ url: "/functions" })).body;
  t.regex(text, /"default":1e9999/);
  const functions = JSON.parse(text) as Record<
    string,
    { function: string; params: { name: string; required?: boolean }[] }
  >;
  t.is(
    functions.summarize?.function,
    "summarize(seriesList, intervalString, func='sum', alignToFrom=False)",
  );
  t.true(functions.sum !== undefined && functions.sumSeries !== undefined);
  t.is((await app.inject({ url: "/functions/nosuch" })).statusCode, 404);
  t.is(
    (JSON.parse((await app.inject({ url: "/health" })).body) as { status: string }).status,
    "ready",
  );
});

test("limits answer with a word on what to change", async (t) => {
  const { app } = await server();
  const answer = await app.inject({
    url: "/render?format=json&target=web.*.load&from=-10d&until=now",
  });
  t.is(answer.statusCode, 400);
  t.regex(answer.body, /datapoints.*shorter range/);
  const body = `target=${"x".repeat(1_100_000)}`;
  t.is((await app.inject({ url: "/render", ...form(body) })).statusCode, 413);
  const deep = await app.inject({
    url: "/render",
    ...form(`format=json&target=${"abs(".repeat(5000)}`),
  });
  t.is(deep.statusCode, 400);
  t.regex(deep.body, /nested/);
});

test("a server that is not ready says so, with a code and no word of parameters", async (t) => {
  const app = await buildServer({
    queries: {
      run: () => Promise.reject(new GraphiteError("ERR_NOT_READY", "recovering: try again")),
    },
    health: () => ({ isReady: false, state: "x", degraded: [], version: "x", details: {} }),
    documents: () => testDocuments(),
    deletes: noDeletes,
    timeZone: "UTC",
    selfMetrics: () => "",
    diskSpace: async () => ({ freeBytes: 0, totalBytes: 0 }),
    log: pino({ level: "silent" }),
  });
  for (const url of ["/render?format=json&target=a", "/metrics/find?query=a"]) {
    const answer = await app.inject({ url });
    t.is(answer.statusCode, 503);
    t.is(answer.headers["x-statite-error"], "ERR_NOT_READY");
    t.deepEqual(JSON.parse(answer.body), {
      error: "recovering: try again",
      code: "ERR_NOT_READY",
      message: "recovering: try again",
    });
  }
});

test("odd requests get small answers without a trace of our insides", async (t) => {
  const { app } = await server();
  for (const url of [
    "/nope",
    "/render?format=json&from=bogus&target=a",
    "/render?format=json&xFilesFactor=x&target=a",
    "/metrics/find?query=a&wildcards=x",
  ]) {
    const { statusCode, body } = await app.inject({ url });
    t.true(statusCode >= 400 && statusCode < 500, url);
    t.false(/\.js|node_modules| at \w+ \(/.test(body), body);
  }
});

test("answers are compressed when that is asked for and worth it", async (t) => {
  const { app } = await server();
  const answer = await app.inject({
    url: "/functions",
    headers: { "accept-encoding": "gzip, deflate" },
  });
  t.is(answer.statusCode, 200);
  const render = await app.inject({
    url: "/render?format=json&target=web.*.load&target=web.a",
    headers: { "accept-encoding": "deflate, gzip;q=0.5" },
  });
  t.is(render.headers["content-encoding"], "gzip");
  t.true(Array.isArray(JSON.parse(gunzipSync(render.rawPayload).toString())));
  const plain = await app.inject({
    url: "/render?format=json&target=web.*.load",
    headers: { "accept-encoding": "deflate" },
  });
  t.is(plain.headers["content-encoding"], undefined);
});

test("who has an answer already gets none, and HEAD gets the head of it", async (t) => {
  const { app, time } = await server();
  const url = `/render?target=web.*.load&format=json&from=${time - 10}&until=${time + 40}`;
  const first = await app.inject({ url });
  const tag = String(first.headers.etag);
  t.regex(tag, /^W\/"[\w-]+"$/);
  for (const known of [tag, tag.slice(2), `"x", ${tag}`, "*"]) {
    const again = await app.inject({ url, headers: { "if-none-match": known } });
    t.is(again.statusCode, 304, known);
    t.is(again.body, "");
    t.is(again.headers["cache-control"], "max-age=60");
  }
  const other = await app.inject({ url, headers: { "if-none-match": '"x"' } });
  t.is(other.body, first.body);
  const gzip = { "accept-encoding": "gzip" };
  t.is((await app.inject({ url, headers: gzip })).headers.etag, tag);
  for (const path of [
    url,
    "/version",
    "/health",
    "/functions",
    "/metrics/find?query=*",
    "/openapi.json",
  ]) {
    const get = await app.inject({ url: path });
    const head = await app.inject({ url: path, method: "HEAD" });
    t.is(head.statusCode, get.statusCode, path);
    t.is(head.body, "", path);
    t.is(head.headers["content-type"], get.headers["content-type"], path);
    t.is(head.headers["content-length"], get.headers["content-length"], path);
  }
});

test("names that are not ASCII are drawn", async (t) => {
  const { app } = await server();
  const answer = await app.inject({
    url: `/render?format=json&target=${encodeURIComponent("x.ä")}`,
  });
  t.is((JSON.parse(answer.body) as { target: string }[])[0]?.target, "x.ä");
});
