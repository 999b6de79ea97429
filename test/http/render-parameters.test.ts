import test from "ava";
import { decodeMsgpack } from "../render/msgpack.ts";
import { form, server } from "./small-server.ts";

test("a format is chosen by its name, or as it was before there was one", async (t) => {
  const { app, time } = await server();
  const range = `target=web.a.load&from=${time - 10}&until=${time + 10}`;
  const line = `web.a.load,${time},${time + 20},10|0.5,1.5\n`;
  t.is((await app.inject({ url: `/render?${range}&format=raw` })).body, line);
  t.is((await app.inject({ url: `/render?${range}&rawData=1` })).body, line);
  t.is((await app.inject({ url: "/render", ...form(`${range}&rawData`) })).body, line);
  const json = await app.inject({ url: `/render?${range}&rawData=1&format=json` });
  t.is(json.headers["content-type"], "application/json");
  const pickle = await app.inject({ url: `/render?${range}&pickle=1` });
  t.is(pickle.headers["content-type"], "application/pickle");
  t.is((await app.inject({ url: `/render?${range}&rawData=1&format=png` })).statusCode, 501);
});

test("csv tells the time by the zone that is asked for, or by the server's", async (t) => {
  const { app } = await server();
  const noon = 1_700_049_600;
  const get = async (zone: string): Promise<string> => {
    const url = `/render?target=threshold(5)&format=csv&from=${noon}&until=${noon + 2}${zone}`;
    const { body, headers } = await app.inject({ url });
    t.is(headers["content-type"], "text/csv; charset=utf-8");
    return body.split("\r\n")[0]!;
  };
  t.is(await get(""), "5.0,2023-11-15 12:00:00,5.0");
  t.is(await get("&tz=Asia/Kathmandu"), "5.0,2023-11-15 17:45:00,5.0");
  t.is(await get("&tz=No/Where"), "5.0,2023-11-15 12:00:00,5.0");
});

test("what a cluster's front asks for is answered as it reads it", async (t) => {
  const { app, time } = await server();
  const url = `/render/?format=msgpack&local=1&noCache=1&from=${time - 10}&until=${time}&target=web.%2A.load&now=${time + 90}`;
  const answer = await app.inject({ url });
  t.is(answer.headers["content-type"], "application/x-msgpack");
  const records = decodeMsgpack(answer.rawPayload) as { name: string; pathExpression: string }[];
  t.deepEqual(
    records.map(({ name, pathExpression }) => [name, pathExpression]),
    [
      ["web.a.load", "web.*.load"],
      ["web.b.load", "web.*.load"],
    ],
  );
});

test("jsonp wraps what a browser reads and nothing else; pretty indents it", async (t) => {
  const { app } = await server();
  const get = async (query: string) => app.inject({ url: `/render?target=web.a.load&${query}` });
  for (const format of ["json", "dygraph", "rickshaw"]) {
    const wrapped = await get(`format=${format}&jsonp=a.b`);
    t.regex(wrapped.body, /^a\.b\([[{].*[\]}]\)$/, format);
    t.is(wrapped.headers["content-type"], "text/javascript");
    const plain = await get(`format=${format}`);
    const pretty = await get(`format=${format}&pretty=1`);
    t.is(pretty.body, JSON.stringify(JSON.parse(plain.body), null, 2));
  }
  for (const format of ["csv", "raw", "pickle", "msgpack"]) {
    t.false((await get(`format=${format}&jsonp=cb`)).body.startsWith("cb("), format);
  }
  t.false((await get("rawData=1&jsonp=cb")).body.startsWith("cb("));
});

test("maxDataPoints and noNullPoints are for JSON only", async (t) => {
  const { app, time } = await server();
  const range = `target=web.a.load&from=${time - 60}&until=${time + 90}&maxDataPoints=3&noNullPoints`;
  const [series] = JSON.parse((await app.inject({ url: `/render?${range}&format=json` })).body) as {
    datapoints: unknown[];
  }[];
  t.true(series!.datapoints.length <= 3);
  const raw = (await app.inject({ url: `/render?${range}&format=raw` })).body;
  t.is(raw.split("|")[1]!.split(",").length, 15);
  t.regex(raw, /None/);
});

test("an absurd maxDataPoints is as good as none", async (t) => {
  const { app, time } = await server();
  const bodies = new Set<string>();
  for (const maxDataPoints of ["", "0", "9".repeat(400), "-1", "1e3", "x"]) {
    const range = `from=${time - 10}&until=${time + 40}`;
    const url = `/render?target=web.a.load&format=json&${range}&maxDataPoints=${maxDataPoints}`;
    const { statusCode, body } = await app.inject({ url });
    t.is(statusCode, 200);
    bodies.add(body);
  }
  t.is(bodies.size, 1);
});

test("an answer says how long it may be shown again", async (t) => {
  const { app } = await server();
  const headers = async (query: string) =>
    (await app.inject({ url: `/render?target=web.a.load&format=json${query}` })).headers;
  const seconds = async (query: string): Promise<number> => {
    const { expires } = await headers(query);
    return Math.round((Date.parse(String(expires)) - Date.now()) / 1000);
  };
  t.is((await headers(""))["cache-control"], "max-age=60");
  t.true(Math.abs((await seconds("")) - 60) <= 2);
  t.is((await headers("&cacheTimeout=5"))["cache-control"], "max-age=5");
  t.true(Math.abs((await seconds("&cacheTimeout=5")) - 5) <= 2);
  t.regex(
    String((await headers(`&cacheTimeout=${"9".repeat(30)}`))["cache-control"]),
    /^max-age=\d{8}$/,
  );
  const never = "max-age=0, no-cache, no-store, must-revalidate, private";
  for (const query of ["&noCache=1", "&noCache", "&cacheTimeout=0", "&cacheTimeout=-3"]) {
    t.is((await headers(query))["cache-control"], never, query);
  }
  for (const timeout of ["x", "1.5", "+"]) {
    const url = `/render?target=a&format=json&cacheTimeout=${encodeURIComponent(timeout)}`;
    const { statusCode, body } = await app.inject({ url });
    t.is(statusCode, 400, timeout);
    t.regex(body, /cacheTimeout must be a whole number/);
  }
  const broken = await app.inject({ url: "/render?format=json&target=nosuch(a)" });
  t.is(broken.headers["cache-control"], undefined);
});

test("a mistake is told with target, source and call, and nothing of it is HTML", async (t) => {
  const { app } = await server();
  const answer = await app.inject({
    url: `/render?format=json&target=${encodeURIComponent('scale(web.a.load,"<b>&")')}`,
    headers: { "x-grafana-org-id": "1", "x-dashboard-id": "<7>", "x-panel-id": "3" },
  });
  t.is(answer.statusCode, 400);
  t.is(answer.headers["content-type"], "text/html; charset=utf-8");
  t.is(
    answer.body,
    "Invalid parameters (scale: factor must be a number, not &quot;; usage: scale(seriesList, factor))"
      .replace("&quot;", '"&lt;b&gt;&amp;"')
      .concat(
        '; targets: "scale(web.a.load,"&lt;b&gt;&amp;")"',
        '; source: "grafana-org-id: 1, dashboard-id: &lt;7&gt;, panel-id: 3"',
        '; func: "scale(web.a.load,"&lt;b&gt;&amp;")"',
      ),
  );
  const time = await app.inject({
    url: "/render?format=json&target=a&from=%3Cb%3E",
    headers: { "x-dashboard-id": "7" },
  });
  t.regex(time.body, /^Invalid parameters \(.*\); source: "dashboard-id: 7"$/);
  t.false(time.body.includes("<"));
});

test("/functions comes in all shapes, and only by GET", async (t) => {
  const { app } = await server();
  const get = async (url: string): Promise<Record<string, Record<string, unknown>>> => {
    const { statusCode, body, headers } = await app.inject({ url });
    t.is(statusCode, 200, url);
    t.is(headers["content-type"], "application/json");
    return JSON.parse(body) as Record<string, Record<string, unknown>>;
  };
  const all = await get("/functions");
  t.is(all.sum?.name, "sum");
  t.is(all.sum?.function, "sum(*seriesLists)");
  const grouped = await get("/functions/?grouped=1");
  t.deepEqual(grouped.Combine?.sum, all.sum);
  const count = Object.values(grouped).reduce((sum, group) => sum + Object.keys(group).length, 0);
  t.is(count, Object.keys(all).length);
  t.deepEqual(Object.keys(await get("/functions?group=Alias")), Object.keys(grouped.Alias ?? {}));
  t.deepEqual(await get("/functions/sum/"), all.sum as never);
  t.deepEqual(Object.keys(await get("/functions?type=pie")), ["average", "maximum", "minimum"]);
  t.is(
    (await app.inject({ url: "/functions?pretty=1" })).body.replace(/1e9999/g, "null"),
    JSON.stringify(JSON.parse((await app.inject({ url: "/functions" })).body), null, 2),
  );
  for (const url of ["/functions", "/functions/sum"]) {
    t.is((await app.inject({ url, method: "POST" })).statusCode, 405);
  }
  t.is((await app.inject({ url: "/functions?grouped=x" })).statusCode, 400);
  const missing = await app.inject({ url: "/functions/average" });
  t.is(missing.statusCode, 404);
  t.deepEqual(JSON.parse(missing.body), { error: "Function not found: average" });
  const zipped = await app.inject({ url: "/functions", headers: { "accept-encoding": "gzip" } });
  t.is(zipped.headers["content-encoding"], "gzip");
});

test("thousands of targets are answered, and each only once fetched", async (t) => {
  const { app } = await server();
  const same = Array.from({ length: 10_000 }, () => "target=web.a.load").join("&");
  const answer = await app.inject({ url: "/render", ...form(`${same}&format=json&from=-2min`) });
  t.is(answer.statusCode, 200);
  t.is((JSON.parse(answer.body) as unknown[]).length, 10_000);
  const nothing = Array.from({ length: 10_000 }, (_, i) => `target=no.such.${i}`).join("&");
  const empty = await app.inject({ url: "/render", ...form(`${nothing}&format=json`) });
  t.is(empty.body, "[]");
  const bad = Array.from({ length: 10_000 }, (_, i) => `target=nosuch${i}(a)`).join("&");
  const broken = await app.inject({ url: "/render", ...form(`${bad}&format=json`) });
  t.is(broken.statusCode, 400);
  t.regex(broken.body, /and 9990 more/);
  t.true(broken.body.length < 2000);
  t.true(String(broken.headers["x-statite-errors"]).length <= 2048);
});
