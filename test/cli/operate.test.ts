import test from "ava";
import { TestServer, temporaryFolder } from "../server.ts";

const folder = temporaryFolder();
test.after.always(() => {
  TestServer.killAll();
  folder.remove();
});

interface Status {
  state: string;
  numbers: Record<string, number>;
  history: { received: number; refused: number }[];
  refusals: { protocol: string; reason: string; count: number }[];
  refusedLines: { sample: string; reason: string }[];
  creators: { sender: string; series: number }[];
  slowQueries: object[];
  disk: { freeBytes: number };
}

test("status, cardinality and retention of a server, on both of its ports", async (t) => {
  const server = await TestServer.start(folder.path);
  const now = Math.floor(Date.now() / 1000);
  await server.send(
    "carbon",
    [
      `web.a.load 1 ${now}`,
      `web.a.cpu 1 ${now}`,
      `web.b.load 1 ${now}`,
      `cpu;host=a;dc=x 1 ${now}`,
      `cpu;host=b;dc=x 1 ${now}`,
      "<b>what is this",
      "",
    ].join("\n"),
  );
  const asks = [server.listen.http, server.listen.istatHttp].map(
    (address) =>
      async (path: string): Promise<unknown> =>
        (await fetch(`http://${address}${path}`)).json(),
  );
  let status: Status;
  do status = (await asks[0]!("/_/status")) as Status;
  while (status.refusals.length === 0 || (status.numbers.series ?? 0) < 5);
  for (const ask of asks) {
    status = (await ask("/_/status")) as Status;
    t.like(status, { state: "ready", damage: [] });
    t.true(status.history.at(-1)!.received >= 5);
    t.is(status.history.at(-1)!.refused, 1);
    t.like(status.refusals[0], { protocol: "carbon", count: 1 });
    t.like(status.refusedLines[0], { sample: "<b>what is this" });
    t.like(
      status.creators.find(({ sender }) => sender === "127.0.0.1"),
      { series: 5 },
    );
    t.true(status.disk.freeBytes > 0);
    t.true(Array.isArray(status.slowQueries));

    t.true(Array.isArray(((await ask("/_/agents")) as { agents: unknown }).agents));
    t.like(await ask("/_/cardinality?prefix=web"), {
      total: 3,
      newInHour: null,
      branches: 2,
      rows: [
        { text: "a", path: "web.a", series: 2, isBranch: true },
        { text: "b", path: "web.b", series: 1 },
      ],
    });
    t.like(await ask("/_/cardinality?by=tag"), {
      tags: [
        { tag: "host", values: 2, series: 2 },
        { tag: "dc", values: 1, series: 2 },
        { tag: "name", values: 1, series: 2 },
      ],
    });
    t.deepEqual(await ask("/_/cardinality?by=tag&tag=host&limit=1"), {
      tag: "host",
      values: [{ value: "a", series: 1 }],
    });
    t.like(await ask("/_/retention?name=web.a.load"), {
      refusal: null,
      schema: null,
      isStepLearned: true,
      tiers: [{ step: 10, retention: 864_000 }],
      method: "average",
      existing: { mode: "replace" },
    });
    t.like(await ask("/_/retention?name=new.one;b=2;a=1"), {
      name: "new.one;a=1;b=2",
      existing: null,
    });
    for (const bad of ["/_/retention", "/_/cardinality?by=nothing", "/_/cardinality?limit=0"]) {
      t.like(await ask(bad), { code: "ERR_PARAMETER" }, bad);
    }
  }
  const streams = await Promise.all(
    [server.listen.http, server.listen.istatHttp].map((address) =>
      fetch(`http://${address}/_/live?target=web.*.load`),
    ),
  );
  // A server that stops ends its streams.
  t.is(await server.stop(), 0);
  for (const stream of streams) t.regex(await stream.text(), /^retry: /);
});
