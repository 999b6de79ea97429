import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { gunzipSync } from "node:zlib";
import test from "ava";
import fc from "fast-check";
import { globsAround, IstatPattern } from "../../../src/model/istat-pattern.ts";
import { gridFor } from "../../../src/render/istat/grid.ts";
import { property } from "../../property.ts";
import { temporaryFolder } from "../../server.ts";
import { exchangesOf, IstatSite, siteOf } from "./istat-site.ts";

const T = 1_700_000_000;
const folder = temporaryFolder();
const files = `${folder.path}/files`;
mkdirSync(files);
writeFileSync(`${files}/index.html`, "<p>start</p>");
writeFileSync(`${files}/a.b.js`, "1;");
writeFileSync(`${files}/.hidden`, "no");
writeFileSync(`${folder.path}/secret`, "no");
mkdirSync(`${files}/folder`);
symlinkSync(`${folder.path}/secret`, `${files}/.link`);

const site = await IstatSite.build("10s:1h,1m:1d,10s:5m:tr:0.5", T, { filesDir: files });
const { app } = site;
site.send(`web.load ${T - 100} 123456789.125\nweb.load ${T - 90} 2\nodd.50%25 ${T - 90} 1\n`);
site.send(`big.inf ${T - 50} inf\nbig.inf ${T - 40} 1e300\nquo{"x} ${T - 40} 3\n`);

test.after.always(() => folder.remove());

const json = (body: string): Record<string, unknown> => JSON.parse(body) as Record<string, unknown>;

test("numbers keep all their digits, in each format", async (t) => {
  const range = `start=${T - 100}&end=${T - 90}`;
  const one = await app.inject({ url: `/web.load?${range}` });
  t.true(one.body.includes('"avg":123456789.125,"count":1,"max":123456789.125'));
  const csv = await app.inject({ url: `/web.load?${range}&format=csv` });
  t.is(
    csv.body,
    `ISO Time,Unix Timestamp,Sample Count,Minimum,Maximum,Sum,Sum Squared,Average,Standard Deviation\r\n2023-11-14T22:11:40Z,${T - 100},1,123456789.125,123456789.125,123456789.125,${123456789.125 ** 2},123456789.125,0\r\n`,
  );
  t.is(csv.headers["content-type"], "text/csv");
  const many = await app.inject({
    method: "POST",
    url: "/*",
    payload: JSON.stringify({ start: T - 100, stop: T - 90, keys: ["web.load"], compact: 1 }),
  });
  t.true(many.body.includes(`[${T - 100},1,123456789.125,123456789.125,`));
});

test("an infinity is the largest number, so that the answer is JSON", async (t) => {
  const { buckets } = json((await app.inject({ url: `/big.inf?start=${T - 60}` })).body);
  const [first] = buckets as { data: Record<string, number> }[];
  t.is(first!.data.max, Number.MAX_VALUE);
});

test("the path of a counter may be escaped, or hold a percent sign", async (t) => {
  for (const url of ["/odd.50%25", "/odd.50%2525", "/WEB%2Eload", "/*web.load", "/%2Aweb.load"]) {
    t.is((await app.inject({ url })).statusCode, 200, url);
  }
  t.is((await app.inject({ url: "/odd%" })).statusCode, 404);
});

test("multi-get names what is missing, and its answer is JSON whatever the keys are", async (t) => {
  const keys = ['no"pe', "web.load", "WEB.LOAD", 'quo{"x}'];
  for (const url of ["/*", "/%2A", "/%2a"]) {
    const payload = JSON.stringify({ keys, start: T - 100, stop: T });
    const answer = await app.inject({ method: "POST", url, payload });
    t.deepEqual(Object.keys(json(answer.body)), [
      'no"pe',
      "WEB.LOAD",
      'quo{"x}',
      "start",
      "stop",
      "interval",
    ]);
    t.is(json(answer.body)['no"pe'], "Not found.");
    t.is(answer.headers["access-control-allow-origin"], "*");
    t.is(answer.headers["access-control-allow-credentials"], undefined);
  }
  const none = await app.inject({ method: "POST", url: "/*", payload: '{"keys":[]}' });
  t.is(none.body, "{}");
});

test("patterns find what istatd finds", async (t) => {
  const other = await siteOf("32_name_patterns");
  const patterns = JSON.parse(
    readFileSync("test/fixtures/istatd/32_name_patterns/patterns.json", "utf8"),
  ) as Record<string, [string, boolean, number][]>;
  for (const [pattern, expected] of Object.entries(patterns)) {
    const answer = await other.app.inject({ url: `/?q=${encodeURIComponent(pattern)}` });
    const found = json(answer.body).matching_names as Record<string, unknown>[];
    t.deepEqual(
      found.map(({ name, is_leaf: isLeaf, type }) => [name, isLeaf, type]),
      expected.sort(([a], [b]) => (a < b ? -1 : 1)),
      pattern,
    );
  }
});

test("errors have istatd's words", async (t) => {
  const other = await siteOf("24_http_errors_and_headers");
  let compared = 0;
  for (const { method, url, body, response_head: head } of exchangesOf(
    "24_http_errors_and_headers",
  )) {
    const [, status = ""] = / (\d+) /.exec(head![0]!) ?? [];
    if (method !== "GET" || !/^4/.test(status) || !body.startsWith('{"error"')) continue;
    const answer = await other.app.inject({ url });
    t.is(answer.statusCode, Number(status), url);
    const { error } = json(body) as { error: string };
    t.is(json(answer.body).error, error.replace(/^HTTP exception: /, ""), url);
    compared++;
  }
  t.true(compared > 5);
});

test("what crashed or hung istatd is answered", async (t) => {
  const post = (payload: string): Promise<number> =>
    app.inject({ method: "POST", url: "/*", payload }).then(({ statusCode }) => statusCode);
  const get = (url: string): Promise<number> =>
    app.inject({ url }).then(({ statusCode }) => statusCode);
  t.is(await get(`/web.load?samples=1&start=${T}&end=${T}`), 200);
  t.is(await post(JSON.stringify({ keys: ["web.load"], start: T, stop: T, maxSamples: 1 })), 200);
  t.is(await post("[1]"), 400);
  t.is(await post("7"), 400);
  t.is(await post("[".repeat(200_000)), 400);
  t.is(await get("/web.load?end=9223372036854775807"), 400);
  t.is(await get("/web.load?start=1&end=9007199254740991"), 200);
  t.is(await get("/web.load?start=1&end=9007199254740991&samples=0"), 200);
  site.send(`*long.events ${T} 1\n`);
  t.is(await get("/long.events?start=1&end=9007199254740991&samples=0"), 400);
  t.is(await post(JSON.stringify({ keys: Array.from({ length: 10_001 }, String) })), 400);
  t.is(await get(`/?q=${"*a".repeat(600)}`), 400);
  t.is(await get(`/?q=${"*a".repeat(400)}b`), 200);
});

test("a body is as long as was said, and no header makes memory be taken for it", async (t) => {
  const own = await IstatSite.build("10s:1h", T);
  await own.app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = own.app.server.address() as { port: number };
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    socket.write("POST /* HTTP/1.1\r\nHost: a\r\nContent-Length: 5000000000\r\n\r\n{}");
    socket.on("data", (chunk) => resolve(String(chunk)));
    socket.on("error", reject);
    socket.on("close", () => resolve(""));
  });
  t.regex(answer, /^HTTP\/1\.1 413 /);
  await own.app.close();
});

test("long answers have every bucket once, and have an end", async (t) => {
  const own = await IstatSite.build("1s:10d", T);
  const start = T - 100_000;
  const times = [0, 16_383, 16_384, 16_385, 32_768, 99_999].map((slot) => start + slot);
  for (const time of times)
    own.send(`long.gauge ${time} 1\nlong.gauge ${time} 3\n*long.events ${time} 1\n`);
  const buckets = async (url: string): Promise<{ time: number; data: { sum: number } }[]> =>
    json((await own.app.inject({ url })).body).buckets as [];
  const gauge = await buckets(`/long.gauge?start=${start}&end=${T}&samples=0`);
  t.deepEqual(
    gauge.map(({ time, data }) => [time, data.sum]),
    times.map((time) => [time, 4]),
  );
  const events = await buckets(`/long.events?start=${start}&end=${T}&samples=0`);
  t.is(events.length, 100_000);
  t.deepEqual(
    events.filter(({ data }) => data.sum > 0).map(({ time }) => time),
    times,
  );
  const wide = await own.app.inject({
    url: `/long.events?start=${start}&end=${T + 2_000_000}&samples=0`,
  });
  t.is(wide.statusCode, 400);
  t.is(wide.headers["x-statite-error"], "ERR_LIMIT_DATAPOINTS");
});

test("methods: OPTIONS allows any page, HEAD is GET, others are refused", async (t) => {
  const own = await IstatSite.build("10s:1h", T);
  own.send(`a ${T} 1\n`);
  const preflight = await own.app.inject({ method: "OPTIONS", url: "/any.name?x=1" });
  t.is(preflight.statusCode, 204);
  t.is(preflight.headers["access-control-allow-origin"], "*");
  t.is((await own.app.inject({ method: "HEAD", url: "/a" })).statusCode, 200);
  t.is((await own.app.inject({ method: "PUT", url: "/a" })).statusCode, 405);
  t.is((await own.app.inject({ method: "DELETE", url: "/files/a" })).statusCode, 405);
  const post = await own.app.inject({ method: "POST", url: "/a", payload: "{}" });
  t.is(post.statusCode, 404);
  t.is(json(post.body).error, "No such POST target");
});

test("answers are gzipped for those who ask", async (t) => {
  const { rawPayload, headers } = await app.inject({
    url: `/?q=*`,
    headers: { "accept-encoding": "deflate, gzip" },
  });
  t.is(headers["content-encoding"], "gzip");
  t.true(gunzipSync(rawPayload).toString().startsWith('{"type_mapping"'));
});

test("files are plain names of one folder", async (t) => {
  const get = async (url: string): Promise<string> => {
    const { statusCode, body } = await app.inject({ url });
    return statusCode === 200 ? body : String(statusCode);
  };
  t.is(await get("/"), "<p>start</p>");
  t.is(await get("/files/index.html?v=1"), "<p>start</p>");
  t.is(await get("/?f=index.html"), "<p>start</p>");
  t.is(await get("/files/a/b.js"), "1;");
  for (const url of [
    "/files/.hidden",
    "/files/.link",
    "/files/folder",
    "/files/..%2Fsecret",
    "/files/../secret",
    "/?f=../secret",
    "/?f=%2e%2e%2fsecret",
    `/?f=${encodeURIComponent(`${folder.path}/secret`)}`,
    "/?f=",
    "/files/",
    "/favicon.ico",
    "/_/anything",
  ]) {
    t.is(await get(url), "404", url);
  }
  const { headers } = await app.inject({ url: "/files/index.html" });
  t.is(headers["content-type"], "text/html; charset=utf-8");
  t.is(headers["x-content-type-options"], "nosniff");
  const again = await app.inject({
    url: "/files/index.html",
    headers: { "if-none-match": String(headers.etag) },
  });
  t.is(again.statusCode, 304);
});

test("no request makes a server error", async (t) => {
  const word = fc.constantFrom(
    "start",
    "end",
    "samples",
    "trailing",
    "format",
    "f",
    "a",
    "q",
    "s",
    "",
  );
  const value = fc.oneof(
    fc.constantFrom("0", "1", `${T}`, `${T - 50}`, "-1", "1e9", "csv", "*", "9007199254740993"),
    fc.string({ maxLength: 8 }),
  );
  const path = fc.oneof(fc.constantFrom("/web.load", "/", "/*", "/files/x"), fc.webPath());
  const check = fc.asyncProperty(
    fc.constantFrom("GET", "POST", "OPTIONS", "PUT") as fc.Arbitrary<"GET">,
    path,
    fc.array(fc.tuple(word, value), { maxLength: 4 }),
    fc.oneof(fc.json(), fc.string()),
    async (method, where, pairs, payload) => {
      const url = `${where === "" ? "/" : where}?${new URLSearchParams(pairs)}`;
      const answer = await app.inject({ method, url, ...(method === "GET" ? {} : { payload }) });
      return answer.statusCode < 500;
    },
  );
  const result = await fc.check(check, { numRuns: 500 });
  t.false(result.failed, result.failed ? fc.defaultReportMessage(result) : undefined);
});

test("a grid covers what is asked for, in few enough buckets of whole levels", (t) => {
  property(
    t,
    [fc.nat(2e9), fc.nat(1e8), fc.constantFrom(1, 7, 10, 60, 300, 3600, 90_000), fc.nat(2000)],
    (start, seconds, level, samples) => {
      const grid = gridFor(start, start + seconds, level, samples);
      const buckets = (grid.end - grid.start) / grid.step;
      const covers = grid.start <= start && grid.end >= start + seconds && grid.end > grid.start;
      const longest = Math.max(86_400, level) <= grid.step || grid.step === level;
      const isFew = samples === 0 || buckets <= samples + 2 || longest;
      return covers && isFew && Number.isInteger(buckets) && grid.step % level === 0;
    },
  );
});

test("a pattern matches as the regular expression that it stands for, and its globs leave nothing out", (t) => {
  const text = (letters: string): fc.Arbitrary<string> =>
    fc.array(fc.constantFrom(...letters), { maxLength: 8 }).map((chars) => chars.join(""));
  property(t, [text("ab.*?"), text("ab.")], (pattern, name) => {
    const source = [...pattern].map((c) => ({ "*": ".*", "?": "[^.]*", ".": "\\." })[c] ?? c);
    return (
      new IstatPattern(pattern).matches(name) === new RegExp(`^${source.join("")}$`).test(name)
    );
  });
  property(
    t,
    [
      text("ab.*?"),
      fc.array(fc.constantFrom("a", "b", "ab", "ba"), { minLength: 1, maxLength: 4 }),
    ],
    (pattern, nodes) => {
      if (!new IstatPattern(pattern).matches(nodes.join("."))) return true;
      return globsAround(pattern).some((glob) => isWithin(glob.split("."), nodes));
    },
  );
});

/** Whether a name lies within a pattern of `*` and a last `**`. */
function isWithin(glob: readonly string[], nodes: readonly string[]): boolean {
  if (glob.at(-1) === "**") {
    const head = glob.slice(0, -1);
    return nodes.length > head.length && isWithin(head, nodes.slice(0, head.length));
  }
  return (
    glob.length === nodes.length &&
    glob.every((node, i) => new RegExp(`^${node.replaceAll("*", ".*")}$`).test(nodes[i]!))
  );
}
