import test from "ava";
import { server } from "../small-server.ts";
import { emptyDisk, testDocuments } from "../test-documents.ts";

type App = Awaited<ReturnType<typeof server>>["app"];

const NEW = { "if-none-match": "*" };
const value = (title: string, more: object = {}) => ({
  graphs: [["a"]],
  statite: { graphs: [], title, format: 1, ...more },
});

async function call(
  app: App,
  method: "GET" | "PUT" | "DELETE",
  name: string,
  headers: Record<string, string> = {},
  payload?: object,
) {
  const answer = await app.inject({
    method,
    url: `/_/dashboards${name === "" ? "" : `/${encodeURIComponent(name)}`}`,
    headers,
    ...(payload === undefined ? {} : { payload }),
  });
  return {
    status: answer.statusCode,
    etag: String(answer.headers.etag ?? ""),
    body: JSON.parse(answer.body) as Record<string, unknown>,
  };
}

test("a dashboard is kept among istatd's settings, over a restart, and read as it was", async (t) => {
  const disk = emptyDisk();
  const first = await server({}, disk);
  const saved = await call(first.app, "PUT", "Höst_1", NEW, value("Hösts"));
  t.is(saved.status, 200);
  for (const { app } of [first, await server({}, disk.crash("power", 3))]) {
    const found = await call(app, "GET", "Höst_1");
    t.like(found.body, { name: "Höst_1", origin: "statite", version: saved.body.version });
    t.deepEqual(found.body.value, value("Hösts"));
    t.is(found.etag, saved.etag);
    t.deepEqual((await call(app, "GET", "")).body, {
      dashboards: [{ name: "Höst_1", title: "Hösts", origin: "statite" }],
    });
  }
});

test("of two people who change the same dashboard the second one is told", async (t) => {
  const { app } = await server();
  const { etag } = await call(app, "PUT", "x", NEW, value("one"));
  t.is((await call(app, "PUT", "x", NEW, value("other"))).status, 412);
  const both = await Promise.all(
    ["two", "three"].map((title) => call(app, "PUT", "x", { "if-match": etag }, value(title))),
  );
  t.deepEqual(
    both.map(({ status }) => status),
    [200, 412],
  );
  t.is(both[1]?.body.code, "ERR_CONFLICT");
  const now = await call(app, "GET", "x");
  t.is((now.body.value as ReturnType<typeof value>).statite.title, "two");
  t.is((await call(app, "DELETE", "x", { "if-match": etag })).status, 412);
  t.is((await call(app, "DELETE", "x", { "if-match": now.etag })).status, 200);
  t.is((await call(app, "DELETE", "x", { "if-match": now.etag })).status, 404);
  t.is((await call(app, "PUT", "x", { "if-match": now.etag }, value("late"))).status, 412);
});

test("dashboards of istatd's users and of Graphite are listed and read, those in users are not", async (t) => {
  const disk = emptyDisk();
  const documents = testDocuments(disk);
  const istatd = '{"graphs":[["a.b"]],"formats":[3]}';
  await documents.settings.set("alice", [["dashboard.d1", istatd]]);
  await documents.settings.set("global", [
    ["dashboard.shared", istatd],
    ["dashboard.broken", "no json"],
    ["other", "1"],
  ]);
  await documents.settings.set("users", [["dashboard.x", '{"password":"hash"}']]);
  await documents.dashboards.save("shop a", '{"graphs": []}');
  await documents.dashboards.save("shared", '{"graphs": [1.0]}');
  await documents.close();
  const { app } = await server({}, disk);
  const { dashboards } = (await call(app, "GET", "")).body as {
    dashboards: { name: string; origin: string }[];
  };
  t.deepEqual(
    dashboards.map(({ name, origin }) => [name, origin]),
    [
      ["broken", "istatd"],
      ["alice/d1", "istatd"],
      ["shared", "istatd"],
      ["graphite:shared", "graphite"],
      ["graphite:shop a", "graphite"],
    ],
  );
  t.deepEqual((await call(app, "GET", "alice/d1")).body.value, JSON.parse(istatd));
  t.is((await call(app, "GET", "shared")).body.origin, "istatd");
  t.is((await call(app, "GET", "shop a")).body.name, "graphite:shop a");
  t.is((await call(app, "GET", "broken")).body.value, "no json");
  t.is((await call(app, "GET", "users/x")).status, 404);
  const shop = await call(app, "GET", "graphite:shop a");
  t.is((await call(app, "DELETE", "graphite:shop a", { "if-match": shop.etag })).status, 200);
  t.is((await call(app, "GET", "shop a")).status, 404);
});

test("names and values that cannot be kept are refused, and nothing is saved blindly", async (t) => {
  const { app } = await server();
  for (const name of ["a b", "a-b", "x/", "users/a", "a/b/c", "graphite:x", "ü".repeat(300)]) {
    t.is((await call(app, "PUT", name, NEW, value("x"))).status, 400, name);
  }
  t.is((await call(app, "PUT", "x", NEW, { graphs: [] })).status, 400);
  t.is((await call(app, "PUT", "x", {}, value("x"))).status, 400);
  t.is((await call(app, "DELETE", "x")).status, 400);
  t.is((await call(app, "PUT", "x", NEW, value("x".repeat(1 << 20)))).status, 413);
  t.deepEqual((await call(app, "GET", "")).body, { dashboards: [] });
});

test("who may only read cannot save or delete", async (t) => {
  const anonymous = { name: "anonymous", role: "read" } as const;
  const { app } = await server({ access: { anonymous, authenticate: async () => null } });
  t.is((await call(app, "GET", "")).status, 200);
  t.is((await call(app, "PUT", "x", NEW, value("x"))).status, 401);
  t.is((await call(app, "DELETE", "x", { "if-match": '"1"' })).status, 401);
});
