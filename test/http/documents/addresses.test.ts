import test from "ava";
import { form, server } from "../small-server.ts";
import { emptyDisk } from "../test-documents.ts";

test("a short link leads to the path and query it was made of, after a restart too", async (t) => {
  const disk = emptyDisk();
  const first = await server({}, disk);
  const path = "/render?target=a&target=b%20c&from=-1h";
  const made = await first.app.inject({ url: `/s${path}` });
  t.is(made.body, "/S/B");
  t.regex(String(made.headers["content-type"]), /^text\/plain/);
  const { app } = await server({}, disk.crash("power", 1));
  const led = await app.inject({ url: "/S/B" });
  t.is(led.statusCode, 301);
  t.is(led.headers.location, path);
  t.is((await app.inject({ url: "/shorten/composer/?x=1" })).body, "/S/C");
  t.is((await app.inject({ url: "/S/C" })).headers.location, "/composer/?x=1");
  for (const name of ["A", "D", "b", "$", "a".repeat(300)]) {
    t.is((await app.inject({ url: `/S/${name}` })).statusCode, 404, name);
  }
});

test("the same path has one short link, however many ask at once", async (t) => {
  const { app } = await server();
  const answers = await Promise.all(
    ["/s/a", "/s/b", "/s/a", "/shorten/a"].map((url) => app.inject({ url })),
  );
  t.deepEqual(
    answers.map(({ body }) => body),
    ["/S/B", "/S/C", "/S/B", "/S/B"],
  );
  t.is((await app.inject({ url: "/s/b" })).body, "/S/C");
});

test("a short link never leads to another site", async (t) => {
  const { app } = await server();
  for (const rest of [
    "/evil.example",
    "//evil.example",
    "\\evil.example",
    "http://evil.example/",
  ]) {
    const { body } = await app.inject({ url: `/s/${rest}` });
    const location = String((await app.inject({ url: body })).headers.location);
    t.is(new URL(location, "http://here.example").host, "here.example", rest);
  }
});

test("a page of another site cannot make short links", async (t) => {
  const { app } = await server();
  const headers = { "sec-fetch-site": "cross-site" };
  t.is((await app.inject({ url: "/s/a", headers })).statusCode, 403);
});

test("an address of the composer leads to the same targets and range", async (t) => {
  const { app } = await server();
  const led = await app.inject({
    url: "/composer/?target=a.*&target=alias(b,%22x%26y%22)&from=-6h&until=now&width=800&areaMode=stacked",
  });
  t.is(led.statusCode, 302);
  const to = new URL(String(led.headers.location), "http://here.example");
  t.is(to.pathname, "/");
  t.deepEqual(
    [...to.searchParams],
    [
      ["from", "-6h"],
      ["until", "now"],
      ["g", "stacked:a.*"],
      ["t", 'alias(b,"x&y")'],
    ],
  );
  for (const url of ["/composer", "/browser", "/browser/"]) {
    t.is((await app.inject({ url })).headers.location, "/", url);
  }
  t.is((await app.inject({ url: "/dashboard/a%20b" })).headers.location, "/?dashboard=a+b");
});

test("load balancers, robots and browsers get what they ask for", async (t) => {
  const { app } = await server();
  t.is((await app.inject({ url: "/lb_check" })).body, "Ok\n");
  t.is((await app.inject({ url: "/robots.txt" })).body, "User-agent: *\nDisallow: /\n");
  t.is((await app.inject({ url: "/favicon.ico" })).statusCode, 204);
});

test("a search of Graphite's browser finds paths by any of its words", async (t) => {
  const { app } = await server();
  const search = async (query: string): Promise<string> =>
    (await app.inject({ url: "/browser/search", ...form(`query=${encodeURIComponent(query)}`) }))
      .body;
  t.is(await search("LOAD"), "web.a.load,web.b.load");
  t.is(await search("b.load ca.ret"), "odd.ca^ret,web.b.load");
  t.is(await search("nosuch"), "");
  t.is(await search(""), "");
  const bad = await app.inject({ url: "/browser/search/?query=%5B" });
  t.is(bad.statusCode, 400);
  t.is(bad.headers["x-statite-error"], "ERR_REGEX");
  t.is((await app.inject({ url: `/browser/search?query=${"a+".repeat(21)}` })).statusCode, 400);
});

test("below a prefix all of it leads below the prefix", async (t) => {
  const { app } = await server({ prefix: "/graphite" });
  t.is((await app.inject({ url: "/graphite/s/render?x=1" })).body, "/graphite/S/B");
  const led = await app.inject({ url: "/graphite/S/B" });
  t.is(led.headers.location, "/graphite/render?x=1");
  const composer = await app.inject({ url: "/graphite/composer/?target=a" });
  t.is(composer.headers.location, "/graphite/?g=line%3Aa");
});
