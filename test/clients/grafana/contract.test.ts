import test, { type ExecutionContext } from "ava";
import { functionNames } from "../../../src/functions/index.ts";
import { eventually, splitAddress, TestServer, temporaryFolder } from "../../server.ts";
import { decodeAsGo, type Shape } from "./go-json.ts";
import { exchange, type RawAnswer, requestText } from "./raw-http.ts";
import { EVENTS, EXPANDED, FUNCTIONS, METRICS, SERIES, TEXTS } from "./structs.ts";

/**
 * What Grafana's Graphite data source sends, as it sends it, and whether it can read the answers:
 * the browser half ("front") parses JSON and uses fields unchecked, the server half ("back") reads
 * into Go structs.
 */
const folder = temporaryFolder();
let server: TestServer;
let host = "";
let port = 0;
/** A slot of ten seconds, and series that hold 1, 2, 3 … from there on. */
const start = Math.floor(Date.now() / 10_000) * 10 - 900;
const POINTS = 60;
const from = start - 1;
const until = start + POINTS * 10 - 10;

const NAMES = [
  "servers.web01.cpu.user",
  "servers.web01.cpu.system",
  "servers.web02.cpu.user",
  "servers.web02.uptime",
  "servers.web01.cpu",
  "api.größe$1&x",
  "api.a+b",
  "cpu.load;dc=eu;host=a",
  "cpu.load;dc=eu;host=b",
  "cpu.load;dc=us;host=c",
];

test.before(async () => {
  server = await TestServer.start(folder.path);
  [host, port] = splitAddress(server.listen.http!);
  const lines = NAMES.flatMap((name) =>
    Array.from({ length: POINTS }, (_, i) => `${name} ${i + 1} ${start + i * 10}\n`),
  );
  await server.send("carbon", lines.join(""));
  await eventually(async () =>
    (await server.values(NAMES.at(-1)!, from, until)).size === POINTS ? true : undefined,
  );
});

test.after.always(async () => {
  TestServer.killAll();
  folder.remove();
});

const FORM = "Content-Type: application/x-www-form-urlencoded";

/** Form encoding of the browser half: quotes, parentheses and stars stay as they are. */
function frontForm(pairs: readonly (readonly [string, string])[]): string {
  return pairs.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join("&");
}

/** Go's url.Values: sorted by key, a blank is a plus, everything else is escaped. */
function backForm(values: Record<string, string | readonly string[]>): string {
  return Object.keys(values)
    .sort()
    .flatMap((key) => [values[key]!].flat().map((value) => `${key}=${goEscape(value)}`))
    .join("&");
}

function goEscape(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%20", "+");
}

const post = (url: string, body: string, headers: readonly string[] = []): Promise<RawAnswer> =>
  exchange(host, port, requestText(`POST ${url}`, [...headers, FORM], body));
const get = (url: string, headers: readonly string[] = []): Promise<RawAnswer> =>
  exchange(host, port, requestText(`GET ${url}`, headers));

const FRONT = [
  "Accept: application/json, text/plain, */*",
  "Accept-Encoding: gzip, deflate, br",
  "X-Dashboard-Id: 7",
  "X-Panel-Id: 2",
  "X-Panel-Plugin-Id: timeseries",
  "X-Grafana-Org-Id: 1",
  "X-Forwarded-For: 10.0.0.9",
  "Cookie: redirect_to=%2F",
  "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
];
const BACK = ["User-Agent: Grafana/12.1.0", "Accept-Encoding: gzip", "X-Grafana-Org-Id: 1"];

interface FrontSeries {
  target: string;
  tags: Record<string, string>;
  datapoints: [number | null, number][];
}

/** Reads a panel as the browser half does: whose query a series is, is its last word. */
function readFront(t: ExecutionContext, { status, headers, body }: RawAnswer): FrontSeries[] {
  t.is(status, 200, body.toString());
  t.regex(headers["content-type"] ?? "", /^application\/json/);
  t.not(headers["content-encoding"], "deflate");
  const list = JSON.parse(body.toString()) as FrontSeries[];
  t.true(Array.isArray(list));
  for (const { target, tags, datapoints, ...rest } of list) {
    t.is(typeof target, "string");
    t.true(Array.isArray(datapoints));
    t.true(Object.values(tags).every((value) => typeof value === "string"));
    t.false("meta" in rest, "meta in a plain list is read without a check");
    for (const [value, time] of datapoints) {
      t.true(value === null || typeof value === "number");
      t.true(Number.isInteger(time));
    }
  }
  return list;
}

function readBack(t: ExecutionContext, { status, headers, body }: RawAnswer, shape: Shape): never {
  t.is(status, 200, body.toString());
  t.true(["gzip", undefined].includes(headers["content-encoding"]));
  return decodeAsGo(body.toString(), shape) as never;
}

const wrapped = (target: string, query: string): string =>
  `aliasSub(${target}, "(^.*$)", "\\1 ${query}")`;

test("front: save and test, of now and of old, knows no range", async (t) => {
  const body =
    "target=aliasSub(constantLine(100)%2C%20%22(%5E.*%24)%22%2C%20%22%5C1%20A%22)&format=json&maxDataPoints=300";
  const [line] = readFront(t, await post("/render", body, FRONT));
  t.is(line?.target, "100.0 A");
  t.is(line?.datapoints.length, 3);
  t.deepEqual(line?.tags, { name: "100.0" });
  const [first, , last] = line!.datapoints.map(([, time]) => time);
  t.is(last! - first!, 86_400);
  t.is((await get("/metrics/find?query=*", FRONT)).status, 200);
  const old = "target=constantLine(100)&from=-1h&until=now&format=json&maxDataPoints=300";
  t.is(readFront(t, await post("/render", old, FRONT)).length, 1);
});

test("back: save and test", async (t) => {
  const body = `format=json&from=${from}&maxDataPoints=100&target=constantLine%28100%29&until=${until}`;
  const list: FrontSeries[] = readBack(t, await post("/render", body, BACK), SERIES);
  t.is(list[0]?.target, "100.0");
});

test("front: the queries of a panel come in one request, and go back to where they belong", async (t) => {
  const targets = [
    wrapped("servers.*.cpu.user", "A"),
    wrapped('seriesByTag("name=cpu.load", "dc=eu")', "B_2"),
    wrapped("undefined", "C"),
    'aliasSub(, "(^.*$)", "\\1 D")',
    wrapped("#B", "E"),
    wrapped("api.größe$1&x", "F"),
    wrapped("alias(servers.web01.cpu, 'a $1 & \"q\"')", "G"),
    wrapped("servers.*.cpu.user", "H"),
  ];
  const body = frontForm([
    ...targets.map((target) => ["target", target] as const),
    ["from", String(from)],
    ["until", String(until)],
    ["format", "json"],
    ["cacheTimeout", "60"],
    ["maxDataPoints", "1113"],
  ]);
  const list = readFront(t, await post("/render", body, FRONT));
  t.deepEqual(
    list.map(({ target }) => target),
    [
      "servers.web01.cpu.user A",
      "servers.web02.cpu.user A",
      "cpu.load;dc=eu;host=a B_2",
      "cpu.load;dc=eu;host=b B_2",
      "api.größe$1&x F",
      'a $1 & "q" G',
      "servers.web01.cpu.user H",
      "servers.web02.cpu.user H",
    ],
  );
  t.deepEqual(list[2]?.tags, { dc: "eu", host: "a", name: "cpu.load" });
  t.deepEqual(
    list[0]?.datapoints,
    Array.from({ length: POINTS }, (_, i) => [i + 1, start + i * 10]),
  );
});

test("back: a query of a panel, its parameters in two places", async (t) => {
  const body = backForm({
    format: "json",
    from: String(start),
    maxDataPoints: "1113",
    target: "aliasByNode(servers.*.cpu.{user,system}, 1, 3)",
    until: String(start + 50),
  });
  const list: FrontSeries[] = readBack(t, await post("/render?meta=true", body, BACK), SERIES);
  t.deepEqual(
    list.map(({ target }) => target),
    ["web01.system", "web01.user", "web02.user"],
  );
  const times = list[0]!.datapoints.map(([, time]) => time);
  t.deepEqual(
    times,
    [10, 20, 30, 40, 50].map((seconds) => start + seconds),
    "from is exclusive",
  );
});

test("relative ranges, and one that is none", async (t) => {
  for (const range of ["-6h", "-5min", "-2w", "-1mon", "-1y"]) {
    const body = frontForm([
      ["target", "servers.web01.cpu.user"],
      ["from", range],
      ["until", "now"],
      ["format", "json"],
      ["maxDataPoints", "50"],
    ]);
    const [series] = readFront(t, await post("/render", body, FRONT));
    t.true(series!.datapoints.length <= 50, range);
  }
  const bad = await post("/render", "target=a&from=5m&until=now&format=json", FRONT);
  t.is(bad.status, 400);
  t.true(bad.body.length < 500);
});

test("back: an alert rule asks for many points, and reads gaps at the end of its range", async (t) => {
  const body = backForm({
    format: "json",
    from: String(from),
    maxDataPoints: "43200",
    target: "divideSeries(servers.web01.cpu.user, offset(servers.web01.cpu, -3))",
    until: String(until + 60),
  });
  const [series]: FrontSeries[] = readBack(t, await post("/render", body, BACK), SERIES);
  t.is(series?.datapoints[2]?.[0], null, "a division by zero");
  t.is(series?.datapoints.at(-1)?.[0], null);
  t.is(series?.datapoints.length, POINTS + 6);
  const empty = backForm({ format: "json", from: "-1h", target: "no.such", until: "now" });
  t.is((await post("/render", empty, BACK)).body.toString(), "[]");
});

test("infinities do not fail the whole answer", async (t) => {
  await server.send("carbon", `api.inf inf ${start}\n`);
  await eventually(async () =>
    ((await server.json("/metrics/find?query=api.inf")) as unknown[]).length === 1
      ? true
      : undefined,
  );
  const body = backForm({ format: "json", from: `${from}`, target: "api.inf", until: `${until}` });
  const [series]: FrontSeries[] = readBack(t, await post("/render", body, BACK), SERIES);
  t.is(series?.datapoints[0]?.[0], null);
});

test("front: find reads a body as it is typed", async (t) => {
  const find = async (query: string): Promise<{ text: string; expandable: number }[]> => {
    const url = `/metrics/find?from=${from}&until=${until}`;
    const answer = await post(url, `query=${query}`, FRONT);
    t.is(answer.status, 200, answer.body.toString());
    return JSON.parse(answer.body.toString()) as never;
  };
  const texts = async (query: string): Promise<string[]> =>
    (await find(query)).map(({ text }) => text);
  t.deepEqual(await texts("servers.{web01,web02}.*"), ["cpu", "uptime"]);
  t.deepEqual(await texts("servers.web0[12]"), ["web01", "web02"]);
  t.deepEqual(await texts("api.*grö*"), ["größe$1&x"]);
  t.deepEqual(await texts("api.a%2Bb"), ["a+b"]);
  t.deepEqual(await texts("100%.*"), []);
  t.is((await find("servers.web01.cpu"))[0]?.expandable, 1);
  t.is((await find("servers.web02.uptime"))[0]?.expandable, 0);
  t.deepEqual(await texts("*"), ["api", "servers"], "tagged series are no directory");
});

test("back: find says numbers, in an order, for any range", async (t) => {
  for (const range of [
    `from=${from}&until=${until}`,
    "from=undefined&until=undefined",
    "from=&until=",
  ]) {
    const answer = await post(`/metrics/find?${range}`, "query=servers.web01.%2A", BACK);
    t.deepEqual(readBack(t, answer, METRICS), [
      { text: "cpu", id: "servers.web01.cpu", allowChildren: 1, expandable: 1, leaf: 1 },
    ] as never);
  }
  const none = await post("/metrics/find", "query=nosuch.%2A", BACK);
  t.deepEqual(readBack(t, none, METRICS), [] as never);
  t.is((await post("/metrics/find", "query=", BACK)).status, 400);
  const old = await get(`/metrics/find?query=servers.*&from=${from}&until=${until}`, BACK);
  t.is((readBack(t, old, METRICS) as unknown[]).length, 2);
});

test("both: expand, with the content type of a form and no form", async (t) => {
  for (const headers of [[...FRONT, FORM], BACK]) {
    const url = `/metrics/expand?query=servers.*.cpu&from=${from}&until=${until}`;
    const answer = await get(url, headers);
    t.deepEqual(readBack(t, answer, EXPANDED), {
      results: ["servers.web01.cpu", "servers.web02.cpu"],
    } as never);
  }
  const none = await get("/metrics/expand?query=nosuch.*", BACK);
  t.deepEqual(readBack(t, none, EXPANDED), { results: [] } as never);
});

test("both: tags and values are completed", async (t) => {
  const range = `from=${from}&until=${until}`;
  const cases: [url: string, texts: string[]][] = [
    [
      `/tags/autoComplete/tags?expr=name%3Dcpu.load&expr=dc%3Deu&tagPrefix=ho&limit=10000&${range}`,
      ["host"],
    ],
    [
      "/tags/autoComplete/tags?from=undefined&limit=0&tagPrefix=&until=undefined",
      ["dc", "host", "name"],
    ],
    ["/tags/autoComplete/tags?expr=dc%3Deu", ["host", "name"]],
    [
      `/tags/autoComplete/values?expr=name%3Dcpu.load&limit=10000&tag=host&valuePrefix=a&${range}`,
      ["a"],
    ],
    ["/tags/autoComplete/values?expr=dc!%3Dus&expr=name%3D~cpu&tag=host&valuePrefix=", ["a", "b"]],
    ["/tags/autoComplete/values?expr=dc%3Dnosuch&tag=host", []],
  ];
  for (const [url, texts] of cases) {
    for (const headers of [FRONT, BACK]) {
      t.deepEqual(readBack(t, await get(url, headers), TEXTS), texts as never, url);
    }
  }
  for (const url of ["/tags/autoComplete/values", "/tags/autoComplete/tags?expr=x"]) {
    const answer = await get(url, BACK);
    t.is(answer.status, 400);
    t.is(typeof (JSON.parse(answer.body.toString()) as { error: string }).error, "string");
  }
  const old = readBack(t, await get("/tags", FRONT), {
    list: { struct: { tag: "string", id: "int" } },
  }) as { tag: string }[];
  t.deepEqual(
    old.map(({ tag }) => tag),
    ["dc", "host", "name"],
  );
  const values = readBack(t, await get("/tags/host", FRONT), {
    struct: {
      tag: "string",
      values: { list: { struct: { value: "string", count: "int", id: "int" } } },
    },
  }) as { values: { value: string }[] };
  t.deepEqual(
    values.values.map(({ value }) => value),
    ["a", "b", "c"],
  );
});

test("both: the list of functions can be read, and has every alias", async (t) => {
  const answer = await get("/functions", FRONT);
  const text = answer.body.toString().replace(/"default": ?Infinity/g, '"default": 1e9999');
  const functions = decodeAsGo(text, FUNCTIONS) as Record<
    string,
    { name: string; group: string; params: { name: string; type: string; default?: unknown }[] }
  >;
  t.deepEqual(Object.keys(functions).sort(), [...functionNames()].sort());
  for (const alias of [
    "sum",
    "avg",
    "map",
    "reduce",
    "xFilesFactor",
    "randomWalk",
    "movingWindow",
  ]) {
    t.true(functions[alias] !== undefined, alias);
  }
  const groups =
    /^(Alias|Calculate|Combine|Filter Data|Filter Series|Graph|Sorting|Special|Transform)$/;
  for (const { name, group, params } of Object.values(functions)) {
    t.regex(group, groups, name);
    for (const param of params) t.false(param.default === null, `${name} ${param.name}`);
  }
  t.is((await get("/functions", BACK)).status, 200);
});

test("both: annotations are events with all tags, whole seconds and lists of tags", async (t) => {
  const event = { what: "deploy", tags: ["deploy", "web"], data: "release 7", when: start + 5 };
  const headers = ["Content-Type: application/json"];
  const posted = await exchange(
    host,
    port,
    requestText("POST /events/", headers, JSON.stringify(event)).replace(
      "graphite.example:8080",
      `${host}:${port}`,
    ),
  );
  t.is(posted.status, 200, posted.body.toString());
  const other = { ...event, what: "other", tags: "other web", when: start + 6 };
  await fetch(server.url("/events/"), { method: "POST", body: JSON.stringify(other) });
  for (const [url, whats] of [
    ["/events/get_data?from=-6h&until=now&tags=deploy%20web", ["deploy"]],
    [`/events/get_data?from=${from}&tags=deploy+web&until=${until}`, ["deploy"]],
    [`/events/get_data?from=${from}&until=${until}`, ["deploy", "other"]],
    [`/events/get_data?from=${from}&tags=nosuch&until=${until}`, []],
  ] as const) {
    for (const reader of [FRONT, BACK]) {
      const list = readBack(t, await get(url, reader), EVENTS) as { what: string; when: number }[];
      t.deepEqual(
        list.map(({ what }) => what),
        whats as never,
        url,
      );
    }
  }
});

test("both: the version is one that tells features by", async (t) => {
  for (const url of ["/version", "/version/"]) {
    const answer = await get(url, BACK);
    t.is(answer.status, 200);
    const [, major, minor] = /^(\d+)\.(\d+)\.\d+\s*$/.exec(answer.body.toString()) ?? [];
    t.true(Number(major) > 1 || Number(minor) >= 1);
  }
});

test("a mistake is one short sentence of the caller's, never a page or a trace", async (t) => {
  for (const target of [
    "noSuch(servers.*)",
    "scale(servers.web01.cpu)",
    "alias(",
    "grep(a.*,'(')",
  ]) {
    const body = backForm({ format: "json", from: "-1h", target, until: "now" });
    const answer = await post("/render", body, BACK);
    t.is(answer.status, 400, target);
    t.true(answer.body.length < 500);
    t.notRegex(answer.body.toString(), /<|\n\s+at |node_modules/);
  }
});

test("a variable of values, and 300 long targets, are answered", async (t) => {
  const variable = frontForm([
    ["target", wrapped("servers.{web01,web02}.cpu.user", "A")],
    ["from", "-1h"],
    ["until", "now"],
    ["format", "json"],
    ["maxDataPoints", "100"],
  ]);
  t.is(readFront(t, await post("/render", variable, FRONT)).length, 2);
  const long = Array.from(
    { length: 300 },
    (_, i) =>
      ["target", wrapped(`alias(servers.web01.cpu.user, '${"x".repeat(250)}')`, `Q${i}`)] as const,
  );
  const body = frontForm([...long, ["from", "-1h"], ["until", "now"], ["format", "json"]]);
  t.true(body.length > 80_000);
  const list = readFront(t, await post("/render", body, FRONT));
  t.deepEqual(
    list.map(({ target }) => target.split(" ").at(-1)),
    long.map((_, i) => `Q${i}`),
  );
});
