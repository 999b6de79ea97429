import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import test, { type ExecutionContext } from "ava";
import { controlServer } from "../../src/http/control-socket.ts";
import type { StoreHarness } from "../storage/store-harness.ts";
import { form, server } from "./small-server.ts";

interface Answer {
  status: number;
  body: unknown;
}

/** The small server as its control socket answers. */
async function control(t: ExecutionContext): Promise<{
  store: StoreHarness;
  post: (path: string, body: Record<string, unknown>) => Promise<Answer>;
}> {
  const { app, store } = await server();
  await app.ready();
  const listening: Server = controlServer(app).listen(0, "127.0.0.1");
  t.teardown(() => listening.close());
  await once(listening, "listening");
  const { port } = listening.address() as AddressInfo;
  const plan = store.view.series.planOf[0]!;
  for (const path of ["cpu;host=a;zone=x", "cpu;host=b;zone=x", "odd.{star}*"]) {
    store.writer.createSeries(path, plan);
  }
  return {
    store,
    post: async (path, body) => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      return { status: answer.status, body: JSON.parse(await answer.text()) };
    },
  };
}

test("a preview tells the names and deletes nothing; a delete does what it said", async (t) => {
  const { store, post } = await control(t);
  const pattern = ["web.*.load", "web.a", "x.ä", "web.a.*"];
  const series = ["web.a", "web.a.load", "web.b.load", "x.ä"];
  const preview = await post("/_/delete", { pattern, dryRun: 1 });
  t.deepEqual(preview, { status: 200, body: { deleted: false, count: 4, series } });
  t.is(store.names.count, 8);
  const done = await post("/_/delete", { pattern });
  t.deepEqual(done, { status: 200, body: { deleted: true, count: 4, series } });
  t.is(store.names.count, 4);
  const again = await post("/_/delete", { pattern });
  t.deepEqual(again.body, { deleted: true, count: 0, series: [] });
});

test("tag expressions and tagged names stand for series, a branch for none", async (t) => {
  const { store, post } = await control(t);
  const series = async (...pattern: string[]): Promise<unknown> =>
    (await post("/_/delete", { pattern, dryRun: 1 })).body;
  t.like(await series('seriesByTag("zone=x","host!=a")'), { series: ["cpu;host=b;zone=x"] });
  t.like(await series("cpu;zone=x;host=a"), { series: ["cpu;host=a;zone=x"] });
  t.like(await series("web"), { count: 0 });
  t.like(await series("web.**"), { count: 3 });
  for (const bad of ['seriesByTag("zone=x"), "y")', "seriesByTag()", "seriesByTag(web.a)"]) {
    t.is((await post("/_/delete", { pattern: [bad] })).status, 400, bad);
  }
  t.is((await post("/_/delete", {})).status, 400);
  t.is(store.names.count, 8);
});

test("Graphite's /tags/delSeries deletes exactly the names it is given", async (t) => {
  const { store, post } = await control(t);
  const paths = ["cpu;zone=x;host=b", "web.*", "odd.{star}*", "never.seen"];
  t.deepEqual(await post("/tags/delSeries", { path: paths }), { status: 200, body: true });
  t.is(store.names.seriesAt("cpu;host=b;zone=x"), -1);
  t.is(store.names.seriesAt("odd.{star}*"), -1);
  t.is(store.names.count, 6);
  const none = await post("/tags/delSeries", {});
  t.is(none.status, 400);
  t.like(none.body, { error: "no path specified" });
});

test("over the network nothing is deleted as long as there are no access rules", async (t) => {
  const { app, store } = await server();
  for (const [url, body] of [
    ["/_/delete", "pattern=web.a"],
    ["/tags/delSeries", "path=web.a"],
  ] as const) {
    const answer = await app.inject({ url, ...form(body) });
    t.is(answer.statusCode, 403, url);
    t.is(answer.headers["x-statite-error"], "ERR_FORBIDDEN");
  }
  t.true(store.names.seriesAt("web.a") >= 0);
});

test("a user with the role admin may delete, one that may write may not", async (t) => {
  const users = { "Bearer w": "write", "Bearer a": "admin" } as const;
  const access = {
    anonymous: null,
    authenticate: async (text: string) => {
      const role = users[text as keyof typeof users];
      return role === undefined ? null : { name: role, role };
    },
  };
  const { app, store } = await server({ access });
  const ask = async (authorization: string): Promise<number> => {
    const { method, headers, payload } = form("pattern=web.a");
    const options = { method, payload, headers: { ...headers, authorization } };
    return (await app.inject({ url: "/_/delete", ...options })).statusCode;
  };
  t.is(await ask("Bearer w"), 403);
  t.true(store.names.seriesAt("web.a") >= 0);
  t.is(await ask("Bearer a"), 200);
  t.is(store.names.seriesAt("web.a"), -1);
});
