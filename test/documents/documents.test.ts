import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { formatCheckedLine } from "../../src/storage/checked-lines.ts";
import { emptyDisk, testDocuments } from "../http/test-documents.ts";
import { TestServer, temporaryFolder } from "../server.ts";

test.after.always(() => TestServer.killAll());

const event = (when: number) => ({ when, what: "x", data: "", tags: ["t"] });

test("old events expire, and those of the moment itself stay", async (t) => {
  const disk = emptyDisk();
  const { events } = testDocuments(disk);
  for (const when of [10, 30, 20, 40]) await events.add(event(when));
  t.is(await events.expire(30), 2);
  t.is(await events.expire(30), 0);
  const left = testDocuments(disk.crash("power", 1)).events;
  t.deepEqual(
    left.find(null, "known", 0, 100).map(({ when }) => when),
    [30, 40],
  );
});

test("documents that cannot be what they should are damage, and no reason not to start", (t) => {
  const disk = emptyDisk();
  disk.makeFolder("data/documents");
  const write = (name: string, changes: unknown[]): void => {
    const file = disk.create(`data/documents/${name}`);
    const lines = [{ documents: 1, collection: name }, changes];
    for (const line of lines) disk.append(file, formatCheckedLine(JSON.stringify(line)));
  };
  write("events", [
    ["1", { when: "x" }],
    ["zero", event(1)],
    ["2", event(2)],
  ]);
  write("dashboards", [
    ["a", { no: "text" }],
    ["b", "{}"],
  ]);
  write("templates", [
    ["a", "{}"],
    ["b", { key: "k", state: "{}" }],
  ]);
  write("links", [
    ["1", 5],
    ["x", "/"],
    ["2", "/a"],
  ]);
  const { events, dashboards, links, damage } = testDocuments(disk);
  t.is(damage.length, 4);
  t.deepEqual(events.get(2), { id: 2, ...event(2) });
  t.is(events.size, 1);
  t.deepEqual(dashboards.find([]), ["b"]);
  t.deepEqual(dashboards.findTemplates([]), ["b"]);
  t.is(links.path("C"), "/a");
  t.is(links.path("B"), undefined);
});

test("what a server has acknowledged survives kill -9, and query threads see it at once", async (t) => {
  const folder = temporaryFolder();
  const first = await TestServer.start(folder.path);
  const now = Math.floor(Date.now() / 1000) - 100;
  const post = (server: TestServer, what: string) =>
    fetch(server.url("/events/"), {
      method: "POST",
      body: JSON.stringify({ what, tags: "deploy web", when: now }),
    });
  const counted = async (server: TestServer): Promise<number> =>
    (await server.values('events("deploy","web")', now - 10, now + 10)).get(now) ?? 0;
  for (let i = 1; i <= 4; i++) {
    t.is((await post(first, `event ${i}`)).status, 200);
    t.is(await counted(first), i);
  }
  const burst = await Promise.all(Array.from({ length: 50 }, (_, i) => post(first, `burst ${i}`)));
  t.true(burst.every(({ status }) => status === 200));
  const saved = await fetch(first.url("/dashboard/save/one"), {
    method: "POST",
    body: new URLSearchParams({ state: '{"a": 1}' }),
  });
  t.is(saved.status, 200);
  t.is(await (await fetch(first.url("/s/render?target=a"))).text(), "/S/B");
  const numbers = await (await fetch(first.url("/metrics"))).text();
  t.regex(numbers, /^statite_events 54$/m);
  first.process.kill("SIGKILL");
  await new Promise((resolve) => first.process.once("exit", resolve));

  const second = await TestServer.start(folder.path);
  t.is(((await second.json("/events/get_data?tags=web")) as unknown[]).length, 54);
  t.is(await counted(second), 54);
  t.deepEqual(await second.json("/dashboard/load/one"), { state: { a: 1 } });
  const led = await fetch(second.url("/S/B"), { redirect: "manual" });
  t.is(led.headers.get("location"), "/render?target=a");
  const removed = await fetch(second.url("/events/1"), { method: "DELETE" });
  t.is(removed.status, 200);
  t.is(await counted(second), 53);
  t.is(await second.stop(), 0);
  // Nothing was appended twice: a header, 54 events, one removal.
  const file = readFileSync(join(folder.path, "documents/events"), "utf8");
  t.is(file.trim().split("\n").length, 56);
  folder.remove();
});
