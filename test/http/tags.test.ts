import test from "ava";
import { form, server } from "./small-server.ts";

const TAGGED = ["cpu;dc=eu;host=a", "cpu;dc=us;host=b", "disk;dc=eu;host=a;mount=/var/log"];

async function taggedServer() {
  const { app, store } = await server();
  for (const name of TAGGED) store.writer.createSeries(name, 0);
  const get = async (url: string): Promise<unknown> => {
    const { body, headers } = await app.inject({ url });
    if (headers["content-type"] !== "application/json") throw new Error(body);
    return JSON.parse(body) as unknown;
  };
  return { app, store, get };
}

test("expressions come as expr, as expr[], in the URL, in a form, or in both", async (t) => {
  const { app, get } = await taggedServer();
  const expected = ["cpu;dc=eu;host=a"];
  for (const url of [
    "/tags/findSeries?expr=name%3Dcpu&expr=dc%3Deu",
    "/tags/findSeries/?expr[]=name%3Dcpu&expr[]=dc%3Deu&local=1",
    "/tags/findSeries?expr=name=cpu&expr=dc=eu&expr=rack=",
  ]) {
    t.deepEqual(await get(url), expected, url);
  }
  for (const [url, body] of [
    ["/tags/findSeries", "expr=name%3Dcpu&expr=dc%3Deu"],
    ["/tags/findSeries/", "expr[]=name%3Dcpu&expr[]=dc%3Deu"],
    ["/tags/findSeries?expr=name%3Dcpu", "expr=dc%3Deu"],
  ] as const) {
    const answer = await app.inject({ url, ...form(body) });
    t.deepEqual(JSON.parse(answer.body), expected, body);
  }
});

test("tags and their values are listed with filters, limits and numbers", async (t) => {
  const { get } = await taggedServer();
  const tags = (await get("/tags")) as { id: number; tag: string }[];
  t.deepEqual(
    tags.map(({ tag }) => tag),
    ["dc", "host", "mount", "name"],
  );
  t.is(new Set(tags.map(({ id }) => id)).size, 4);
  t.true(tags.every(({ id }) => Number.isInteger(id) && id > 0));
  t.deepEqual(await get("/tags/"), tags);
  t.deepEqual(await get("/tags?limit=0"), tags);
  t.is(((await get("/tags?filter=.*o&limit=1")) as unknown[]).length, 1);
  t.deepEqual(await get("/tags?filter=ost"), []);
  const dc = (await get("/tags/dc")) as { tag: string; values: { value: string; count: number }[] };
  t.is(dc.tag, "dc");
  t.deepEqual(
    dc.values.map(({ value, count }) => [value, count]),
    [
      ["eu", 2],
      ["us", 1],
    ],
  );
  t.is(((await get("/tags/dc/?filter=u&limit=5")) as typeof dc).values.length, 1);
  t.deepEqual(((await get("/tags/dc?filter=x")) as typeof dc).values, []);
  t.is(await get("/tags/nosuch"), null);
  t.is(await get("/tags/a%2Fb"), null);
});

test("Grafana completes tags and values, and says undefined and 0 for nothing", async (t) => {
  const { get } = await taggedServer();
  const range = "from=undefined&until=undefined";
  t.deepEqual(await get(`/tags/autoComplete/tags?${range}&limit=0&tagPrefix=`), [
    "dc",
    "host",
    "mount",
    "name",
  ]);
  t.deepEqual(
    await get("/tags/autoComplete/tags?expr=name%3Ddisk&expr=dc%3Deu&tagPrefix=ho&limit=10000"),
    ["host"],
  );
  t.deepEqual(
    await get("/tags/autoComplete/values?expr=name%3Dcpu&tag=host&valuePrefix=&limit=0"),
    ["a", "b"],
  );
  t.deepEqual(await get("/tags/autoComplete/values?tag=mount&valuePrefix=%2Fv"), ["/var/log"]);
  t.deepEqual(await get("/tags/autoComplete/values?tag=host&expr=dc!%3Dus&limit=1"), ["a"]);
  t.deepEqual(await get("/tags/autoComplete/tags?expr=&tagPrefix=n"), ["name"]);
  t.deepEqual(await get("/tags/autoComplete/values?tag=nosuch&expr=dc%3Deu"), []);
});

test("a hundred are completed where no limit is given", async (t) => {
  const { store, get } = await taggedServer();
  for (let i = 0; i < 150; i++) store.writer.createSeries(`many;id=${i}`, 0);
  t.is(((await get("/tags/autoComplete/values?tag=id")) as unknown[]).length, 100);
  t.is(((await get("/tags/autoComplete/values?tag=id&limit=120")) as unknown[]).length, 120);
});

test("a series is found by its tags as soon as it is there", async (t) => {
  const { store, get } = await taggedServer();
  const url = "/tags/findSeries?expr=dc%3Dasia";
  t.deepEqual(await get(url), []);
  store.writer.createSeries("cpu;dc=asia", 0);
  t.deepEqual(await get(url), ["cpu;dc=asia"]);
  const drawn = await get("/render?format=json&from=-1min&target=seriesByTag('dc=asia')");
  t.is((drawn as { target: string }[])[0]?.target, "cpu;dc=asia");
});

test("registering tells the canonical name, and one broken name costs no other anything", async (t) => {
  const { app, get } = await taggedServer();
  const post = async (url: string, body: string): Promise<unknown> =>
    JSON.parse((await app.inject({ url, ...form(body) })).body) as unknown;
  t.is(await post("/tags/tagSeries", "path=new%3Bz%3D1%3Ba%3D2"), "new;a=2;z=1");
  t.is(await post("/tags/tagSeries", 'path=new{z="1",a="2"}'), "new;a=2;z=1");
  t.is(await post("/tags/tagSeries", "path=solo"), "solo");
  t.deepEqual(await post("/tags/tagMultiSeries", "path=a%3Bb%3D1&path=a%3Bb&path=c%3Bd%3D1"), [
    "a;b=1",
    "c;d=1",
  ]);
  t.deepEqual(await post("/tags/tagMultiSeries", "path[]=a%3Bb%3D1"), ["a;b=1"]);
  t.deepEqual(await get("/tags/findSeries?expr=name%3D~new"), [], "it has no data");
});

test("a mistake is told as JSON with a code, and never as ours", async (t) => {
  const { app } = await taggedServer();
  for (const [method, url, payload, reason] of [
    ["GET", "/tags/findSeries?expr=", "", /^no tag expressions specified$/],
    ["GET", "/tags/findSeries", "", /^no tag expressions specified$/],
    ["GET", "/tags/findSeries?expr=bad", "", /is no tag expression/],
    ["GET", "/tags/findSeries?expr=dc!%3Deu", "", /must not match the empty string/],
    ["GET", "/tags/findSeries?expr=dc%3D~(", "", /regular expression/],
    ["GET", "/tags?filter=(", "", /regular expression/],
    ["GET", "/tags?limit=many", "", /limit must be a whole number/],
    ["GET", "/tags/autoComplete/values", "", /^no tag specified$/],
    ["GET", "/tags/autoComplete/values?tag=dc&expr=bad", "", /is no tag expression/],
    ["POST", "/tags/tagSeries", "", /^no path specified$/],
    ["POST", "/tags/tagSeries", "path=a%3Bb", /"a;b" is no name with tags/],
    ["POST", "/tags/tagMultiSeries", "", /^no paths specified$/],
    ["POST", "/tags/tagMultiSeries", "path=a%3Bb&path=%3Bc%3D1", /"a;b" is no name with tags/],
  ] as const) {
    const request = method === "POST" ? { url, ...form(payload) } : { url };
    const { statusCode, body } = await app.inject(request);
    t.is(statusCode, 400, url);
    const { error, code, message } = JSON.parse(body) as Record<string, string>;
    t.regex(error!, reason, url);
    t.is(message, error);
    t.regex(code!, /^ERR_/);
  }
  for (const [method, url] of [
    ["GET", "/tags/tagSeries"],
    ["GET", "/tags/tagMultiSeries"],
    ["POST", "/tags"],
    ["POST", "/tags/dc"],
    ["DELETE", "/tags/findSeries"],
  ] as const) {
    const { statusCode, body } = await app.inject({ method, url });
    t.is(statusCode, 405, url);
    t.is(body, "");
  }
});
