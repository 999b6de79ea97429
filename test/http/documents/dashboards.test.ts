import test from "ava";
import { form, server } from "../small-server.ts";
import { emptyDisk } from "../test-documents.ts";

type App = Awaited<ReturnType<typeof server>>["app"];

function save(app: App, path: string, state: string) {
  return app.inject({ url: `/dashboard/${path}`, ...form(`state=${encodeURIComponent(state)}`) });
}

async function get(app: App, path: string): Promise<unknown> {
  const answer = await app.inject({ url: `/dashboard/${path}` });
  if (answer.statusCode !== 200) throw new Error(`${answer.statusCode} ${answer.body}`);
  return JSON.parse(answer.body) as unknown;
}

test("a dashboard is loaded byte for byte as it was saved, after a restart too", async (t) => {
  const disk = emptyDisk();
  const first = await server({}, disk);
  const state = '{"name":"one", "x":1.0, "big":12345678901234567890, "ü":"\\u00e9"}';
  t.deepEqual(JSON.parse((await save(first.app, "save/one", state)).body), { success: true });
  for (const { app } of [first, await server({}, disk.crash("power", 3))]) {
    const answer = await app.inject({ url: "/dashboard/load/one/" });
    t.is(answer.body, `{"state": ${state}}`);
    t.regex(String(answer.headers["content-type"]), /^application\/json/);
  }
});

test("what does not exist is an error with status 200, as Graphite's scripts expect it", async (t) => {
  const { app } = await server();
  t.deepEqual(await get(app, "load/none"), { error: "Dashboard 'none' does not exist. " });
  t.deepEqual(await get(app, "delete/none"), { error: "Dashboard 'none' does not exist. " });
  t.deepEqual(await get(app, "load_template/none/x"), {
    error: "Template 'none' does not exist. ",
  });
  t.deepEqual(await get(app, "load/none/x"), { error: "Template 'none' does not exist. " });
});

test("dashboards are found by words in their names, temporary ones never", async (t) => {
  const { app } = await server();
  for (const name of ["web%20Frontend", "web", "db"]) await save(app, `save/${name}`, "{}");
  await save(app, "create-temporary", "{}");
  const names = async (query: string): Promise<string[]> => {
    const { dashboards } = (await get(app, `find/?query=${query}`)) as {
      dashboards: { name: string }[];
    };
    return dashboards.map(({ name }) => name);
  };
  t.deepEqual(await names(""), ["db", "web", "web Frontend"]);
  t.deepEqual(await names("WEB"), ["web", "web Frontend"]);
  t.deepEqual(await names("front+eb"), ["web Frontend"]);
  t.deepEqual(await names("temporary"), []);
  t.is((await app.inject({ url: "/dashboard/find" })).statusCode, 400);
});

test("temporary dashboards get names of their own, also at the same time", async (t) => {
  const { app } = await server();
  const answers = await Promise.all(
    [1, 2, 3].map((n) => save(app, "create-temporary", `{"n":${n}}`)),
  );
  t.deepEqual(
    answers.map(({ body }) => (JSON.parse(body) as { name: string }).name),
    ["temporary-0", "temporary-1", "temporary-2"],
  );
  t.deepEqual(await get(app, "load/temporary-1"), { state: { n: 2 } });
});

test("deleting works by GET and by POST, and once", async (t) => {
  const { app } = await server();
  await save(app, "save/a", "{}");
  await save(app, "save/b", "{}");
  t.deepEqual(await get(app, "delete/a"), { success: true });
  t.is((await app.inject({ url: "/dashboard/delete/b", ...form("") })).body, '{"success":true}');
  t.deepEqual(await get(app, "find?query="), { dashboards: [] });
});

test("who only asks for the head of an answer changes nothing", async (t) => {
  const { app } = await server();
  await save(app, "save/a", "{}");
  await save(app, "save_template/a/x", "{}");
  for (const url of ["/dashboard/delete/a", "/dashboard/delete_template/a", "/s/a", "/events"]) {
    const { statusCode } = await app.inject({ method: "HEAD", url });
    t.is(statusCode, url === "/events" ? 200 : 405, url);
  }
  t.deepEqual(await get(app, "find?query="), { dashboards: [{ name: "a" }] });
  t.deepEqual(await get(app, "find_template?query="), { templates: [{ name: "a" }] });
  t.is((await app.inject({ url: "/s/b" })).body, "/S/B");
});

test("a template is loaded with a value in the place of its key", async (t) => {
  const { app } = await server();
  const state = '{"web1":"web1","graphs":[["t=servers.web1.load&x=servers.web10.load", 1.5]]}';
  t.is((await save(app, "save_template/servers/web1", state)).statusCode, 200);
  t.deepEqual(await get(app, "load_template/servers/db$7"), {
    state: { web1: "db$7", graphs: [["t=servers.db$7.load&x=servers.web10.load", 1.5]] },
  });
  t.deepEqual(await get(app, "load/servers/web2"), await get(app, "load_template/servers/web2"));
  t.deepEqual(await get(app, "find_template?query=serv"), { templates: [{ name: "servers" }] });
  t.deepEqual(await get(app, "find?query="), { dashboards: [] });
  t.deepEqual(await get(app, "delete_template/servers"), { success: true });
  t.deepEqual(await get(app, "delete_template/servers"), {
    error: "Template 'servers' does not exist. ",
  });
});

test("a template of endless depth is kept, and cannot be filled", async (t) => {
  const { app } = await server();
  const state = `${"[".repeat(100_000)}"web1"${"]".repeat(100_000)}`;
  t.is((await save(app, "save_template/deep/web1", state)).statusCode, 200);
  const answer = await app.inject({ url: "/dashboard/load_template/deep/web2" });
  t.is(answer.statusCode, 400);
  t.regex(answer.body, /nested too deep/);
});

test("bad names and states are mistakes, and nothing is saved", async (t) => {
  const { app } = await server();
  const cases: [string, string, RegExp][] = [
    ["save/a%26b", "state={}", /restricted symbols/],
    ["save/a%60", "state={}", /restricted symbols/],
    [`save/${"a".repeat(300)}`, "state={}", /1 to 255/],
    ["save/a", "state=not+json", /state must be JSON/],
    ["save/a", "nostate=1", /'state'/],
    ["create-temporary", "", /'state'/],
    ["save_template/a/%3C", "state={}", /restricted symbols/],
  ];
  for (const [path, body, reason] of cases) {
    const answer = await app.inject({ url: `/dashboard/${path}`, ...form(body) });
    t.is(answer.statusCode, 400, path);
    t.regex((JSON.parse(answer.body) as { error: string }).error, reason);
  }
  t.is((await app.inject({ url: "/dashboard/save/a/b", ...form("state={}") })).statusCode, 404);
  t.is((await app.inject({ url: "/dashboard/save/a" })).statusCode, 405);
  t.deepEqual(await get(app, "find?query="), { dashboards: [] });
});

test("a page of another site can neither save nor delete, by GET neither", async (t) => {
  const { app } = await server();
  await save(app, "save/a", "{}");
  const foreign = { origin: "http://evil.example" };
  const saved = await app.inject({
    method: "POST",
    url: "/dashboard/save/b",
    payload: "state={}",
    headers: { ...foreign, "content-type": "application/x-www-form-urlencoded" },
  });
  t.is(saved.statusCode, 403);
  const image = { "sec-fetch-site": "cross-site" };
  const deleted = await app.inject({ url: "/dashboard/delete/a", headers: image });
  t.is(deleted.statusCode, 403);
  t.deepEqual(await get(app, "find?query="), { dashboards: [{ name: "a" }] });
});
