import test from "ava";
import fc from "fast-check";
import { readEvent } from "../../../src/http/documents/read-event.ts";
import { GraphiteError } from "../../../src/model/errors.ts";
import { property } from "../../property.ts";
import { goldenApi, goldenEvents } from "../../render/golden.ts";
import { server } from "../small-server.ts";
import { emptyDisk } from "../test-documents.ts";

type App = Awaited<ReturnType<typeof server>>["app"];

/** As curl -d does: whatever is in it, it is called a form. */
function post(app: App, body: unknown, headers: Record<string, string> = {}) {
  return app.inject({
    method: "POST",
    url: "/events/",
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
    payload: typeof body === "string" ? body : JSON.stringify(body),
  });
}

interface Found {
  when: number;
  what: string;
  data: string;
  tags: string[];
  id: number;
}

async function find(app: App, query = ""): Promise<Found[]> {
  const answer = await app.inject({ url: `/events/get_data?${query}` });
  if (answer.statusCode !== 200) throw new Error(answer.body);
  return JSON.parse(answer.body) as Found[];
}

const whats = async (app: App, query: string): Promise<string[]> =>
  (await find(app, query)).map(({ what }) => what);

test("events are found as Graphite finds them", async (t) => {
  const { app } = await server();
  for (const event of goldenEvents()) t.is((await post(app, event)).statusCode, 200);
  const cases = goldenApi().filter(({ path }) => path === "/events/get_data");
  for (const { id, path, query, expect } of cases) {
    const answer = await app.inject({ url: `${path}?${new URLSearchParams(query)}` });
    t.deepEqual(JSON.parse(answer.body), expect.body, id);
    t.regex(String(answer.headers["content-type"]), /^application\/json/);
  }
  t.is(cases.length, 6);
});

test("an event is taken in every form that Graphite takes", async (t) => {
  const { app } = await server();
  const before = Math.floor(Date.now() / 1000);
  const answers = [
    await post(app, { what: "list", tags: ["a", "b"], when: 1_700_000_000, data: "d" }),
    await post(app, { what: "text", tags: " a  c ", when: 1_700_000_001.7 }),
    await post(
      app,
      { what: "as JSON", when: 1_700_000_002 },
      { "content-type": "application/json" },
    ),
    await post(app, { what: 7, data: { k: 1 }, when: 1_700_000_003, tags: ["q r", "s,t", 5] }),
    await post(app, { what: "now" }, { "content-type": "text/plain" }),
  ];
  for (const answer of answers) {
    t.is(answer.statusCode, 200);
    t.is(answer.body, "");
  }
  const events = await find(app);
  const now = events.pop()!;
  t.true(now.when >= before && now.when <= before + 60);
  t.deepEqual(events, [
    { when: 1_700_000_000, what: "list", data: "d", tags: ["a", "b"], id: 1 },
    { when: 1_700_000_001, what: "text", data: "", tags: ["a", "c"], id: 2 },
    { when: 1_700_000_002, what: "as JSON", data: "", tags: [], id: 3 },
    { when: 1_700_000_003, what: "7", data: '{"k":1}', tags: ["q", "r", "s,t", "5"], id: 4 },
  ]);
});

test("what is no event is refused with a word on what to send, and nothing is kept", async (t) => {
  const { app } = await server();
  const wrong: [unknown, RegExp][] = [
    ["", /JSON object/],
    ["what=x", /JSON object/],
    ["[1]", /JSON object/],
    [{ tags: "x" }, /"what" is missing/],
    [{ what: "x", tags: 5 }, /"tags" must be an array or space-separated string/],
    [{ what: "x", tags: { a: 1 } }, /"tags" must be an array/],
    [{ what: "x", when: "abc" }, /"when" must be a number/],
    [{ what: "x", when: 1e15 }, /"when" must be a number/],
    [`{"what":${"[".repeat(100_000)}${"]".repeat(100_000)}}`, /nested too deep/],
  ];
  for (const [body, reason] of wrong) {
    const answer = await post(app, body);
    t.is(answer.statusCode, 400, String(reason));
    const error = JSON.parse(answer.body) as { error: string; code: string };
    t.regex(error.error, reason);
    t.is(error.code, "ERR_PARAMETER");
  }
  t.is((await post(app, { what: "x".repeat(70_000) })).statusCode, 413);
  t.deepEqual(await find(app), []);
});

test("no body at all ends the reading of an event with anything but an answer", (t) => {
  property(
    t,
    [
      fc.oneof(
        fc.json(),
        fc.string(),
        fc.json().map((json) => `{"what":1,"data":${json}}`),
      ),
    ],
    (text) => {
      try {
        const event = readEvent(Buffer.from(text), 5);
        return Number.isSafeInteger(event.when) && event.tags.every((tag) => /^\S+$/.test(tag));
      } catch (error) {
        return error instanceof GraphiteError && error.status === 400;
      }
    },
  );
});

test("tags that no event has are ignored beside others, and alone find nothing", async (t) => {
  const { app } = await server();
  for (const [what, tags] of [
    ["one", "a b"],
    ["two", "a c"],
    ["three", ""],
  ]) {
    await post(app, { what, tags, when: 1_700_000_000 });
  }
  t.deepEqual(await whats(app, ""), ["one", "two", "three"]);
  t.deepEqual(await whats(app, "tags="), []);
  t.deepEqual(await whats(app, "tags=a"), ["one", "two"]);
  t.deepEqual(await whats(app, "tags=a%20b"), ["one"]);
  t.deepEqual(await whats(app, "tags=a&tags=c"), ["two"]);
  t.deepEqual(await whats(app, "tags=a+nosuch"), ["one", "two"]);
  t.deepEqual(await whats(app, "tags=nosuch"), []);
  t.deepEqual(await whats(app, "tags=A"), []);
  t.deepEqual(await whats(app, "tags=a+nosuch&set=intersection"), []);
  t.deepEqual(await whats(app, "tags=b+c&set=union"), ["one", "two"]);
});

test("a range is inclusive at both ends, in any form of time, and a bad time is a mistake", async (t) => {
  const { app } = await server();
  for (const [what, when] of [
    ["a", 1_700_000_000],
    ["b", 1_700_000_060],
    ["c", 1_700_000_120],
  ]) {
    await post(app, { what, when });
  }
  t.deepEqual(await whats(app, "from=1700000000&until=1700000060"), ["a", "b"]);
  t.deepEqual(await whats(app, "from=1700000001"), ["b", "c"]);
  t.deepEqual(await whats(app, "from=22:15_20231114&until=22:16_20231114"), ["c"]);
  t.deepEqual(await whats(app, "from=17:14_20231114&until=17:15_20231114&tz=America/New_York"), [
    "b",
  ]);
  t.deepEqual(await whats(app, "from=-1h&until=now"), []);
  const bad = await app.inject({ url: "/events/get_data?from=bad" });
  t.is(bad.statusCode, 400);
  t.is(bad.headers["x-statite-error"], "ERR_TIME");
});

test("events that come out of order are answered in order", async (t) => {
  const { app } = await server();
  for (const when of [50, 10, 40, 10, 30]) await post(app, { what: String(when), when });
  t.deepEqual(
    (await find(app)).map(({ when, id }) => [when, id]),
    [
      [10, 2],
      [10, 4],
      [30, 5],
      [40, 3],
      [50, 1],
    ],
  );
});

test("Grafana's annotations are found by both of its readers, with the types that they need", async (t) => {
  const { app } = await server();
  const now = Math.floor(Date.now() / 1000);
  await post(app, { what: "deploy", tags: "deploy web", data: { v: 7 }, when: now - 3600.5 });
  await post(app, { what: "other", tags: ["deploy"], when: now - 3600 });
  for (const query of [
    "from=-6h&until=now&tags=deploy%20web",
    `from=${now - 6 * 3600}&tags=deploy+web&until=${now}`,
  ]) {
    const events = await find(app, query);
    t.is(events.length, 1, query);
    const { when, what, data, tags } = events[0]!;
    t.deepEqual([what, data, tags], ["deploy", '{"v":7}', ["deploy", "web"]]);
    t.is(when, now - 3601);
  }
  // Without tags the parameter is missing; nothing found is a list.
  t.is((await find(app, "from=-6h&until=now")).length, 2);
  t.deepEqual(await find(app, "from=-6h&until=now&tags=nothing"), []);
});

test("jsonp wraps, and only names of functions", async (t) => {
  const { app } = await server();
  await post(app, { what: "x", when: 1, tags: "z" });
  const good = await app.inject({ url: "/events/get_data?tags=z&jsonp=cb" });
  t.is(good.body, 'cb([{"when":1,"what":"x","data":"","tags":["z"],"id":1}])');
  t.is(good.headers["content-type"], "text/javascript");
  t.is((await app.inject({ url: "/events/get_data?jsonp=alert(1)" })).statusCode, 400);
});

test("an event is had by its number as JSON or as a page on which it is only text", async (t) => {
  const { app } = await server();
  await post(app, { what: "<script>x</script>", when: 1_700_000_000, tags: "a" });
  const accept = { accept: "application/json" };
  const json = await app.inject({ url: "/events/1/", headers: accept });
  t.deepEqual(JSON.parse(json.body), {
    id: 1,
    when: "2023-11-14T22:13:20Z",
    what: "<script>x</script>",
    data: "",
    tags: ["a"],
  });
  for (const url of ["/events/1", "/events/", "/events"]) {
    const page = await app.inject({ url });
    t.regex(String(page.headers["content-type"]), /^text\/html/);
    t.regex(page.body, /&lt;script&gt;x/);
    t.false(page.body.includes("<script"));
    t.regex(String(page.headers["content-security-policy"]), /default-src 'none'/);
  }
  t.is(
    (JSON.parse((await app.inject({ url: "/events/", headers: accept })).body) as unknown[]).length,
    1,
  );
  for (const id of ["2", "0", "x", "99999999999999999999"]) {
    const none = await app.inject({ url: `/events/${id}`, headers: accept });
    t.is(none.statusCode, 404);
    t.is((JSON.parse(none.body) as { error: string }).error, "Event matching query does not exist");
  }
});

test("an event can be removed, once", async (t) => {
  const { app } = await server();
  await post(app, { what: "a", when: 1 });
  await post(app, { what: "b", when: 2 });
  const remove = { method: "DELETE" as const, url: "/events/1" };
  t.deepEqual(JSON.parse((await app.inject(remove)).body), { success: true });
  t.is((await app.inject(remove)).statusCode, 404);
  t.deepEqual(await whats(app, ""), ["b"]);
});

test("events are there after a restart, and the next one has a number of its own", async (t) => {
  const disk = emptyDisk();
  const first = await server({}, disk);
  for (const what of ["a", "b"]) await post(first.app, { what, when: 1, tags: "t" });
  const { app } = await server({}, disk.crash("power", 1));
  await post(app, { what: "c", when: 1 });
  t.deepEqual(
    (await find(app)).map(({ id, what, tags }) => [id, what, tags]),
    [
      [1, "a", ["t"]],
      [2, "b", ["t"]],
      [3, "c", []],
    ],
  );
});

test("a full disk is a 503 that names it, and changes nothing", async (t) => {
  const disk = emptyDisk();
  const { app } = await server({}, disk);
  await post(app, { what: "a", when: 1 });
  disk.isFull = true;
  for (const request of [
    post(app, { what: "b" }),
    app.inject({ method: "DELETE", url: "/events/1" }),
  ]) {
    const answer = await request;
    t.is(answer.statusCode, 503);
    t.like(JSON.parse(answer.body), { code: "ERR_NOT_STORED" });
    t.regex(answer.body, /ENOSPC/);
    t.false(answer.body.includes("data/"));
  }
  t.deepEqual(await whats(app, ""), ["a"]);
});

test("a page of another site cannot post an event", async (t) => {
  const { app } = await server();
  const foreign = await post(app, { what: "x" }, { origin: "http://evil.example" });
  t.is(foreign.statusCode, 403);
  const rebound = await post(app, { what: "x" }, { host: "evil.example" });
  t.is(rebound.statusCode, 403);
  t.deepEqual(await find(app), []);
});
