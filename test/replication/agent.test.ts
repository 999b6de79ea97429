import test from "ava";
import { eventually, TestServer, temporaryFolder } from "../server.ts";
import { AgentProcess } from "./agent-process.ts";
import { OutageScene } from "./outage-scene.ts";

const folder = temporaryFolder();

test.after.always(() => {
  TestServer.killAll();
  AgentProcess.killAll();
  folder.remove();
});

test("an agent that is killed and a master that is killed lose nothing and count nothing twice", async (t) => {
  t.timeout(180_000);
  const scene = await OutageScene.begin(folder.path);
  await scene.send(100);
  await scene.stopMaster("SIGKILL");
  await scene.send(200);
  await scene.restartAgent("SIGKILL");
  await scene.send(300);
  await scene.startMaster();
  await scene.send(50);
  await scene.restartAgent("SIGTERM");
  await scene.stopMaster("SIGKILL");
  await scene.send(70);
  await scene.startMaster();
  t.deepEqual(await scene.settle(90_000), scene.sent, scene.log);
  const { agents } = (await scene.agents()) as { agents: Record<string, unknown>[] };
  t.true(agents.some(({ role, proto }) => role === "web" && /^statite 1 /.test(String(proto))));
  const metrics = await eventually(async () => {
    const text = await scene.metrics();
    return /statite_batches_received [1-9]/.test(text) ? text : undefined;
  });
  t.regex(metrics, /statite_batch_senders 1\n/);
  await scene.end();
});

test("a server with --forward stores, and another one has the same", async (t) => {
  t.timeout(120_000);
  const second = await TestServer.start(`${folder.path}/second`, ["--wal-sync-ms", "100"]);
  const first = await TestServer.start(`${folder.path}/first`, [
    ...["--forward", second.listen.istat!, "--forward-interval", "1", "--wal-sync-ms", "100"],
  ]);
  const now = Math.floor(Date.now() / 1000);
  await first.send("istat", `tree.hits^Host.a^ 4\ntree.hits^Host.a^ 8\n*tree.events ${now} 30\n`);
  await first.send("carbon", `tree.Carbon;dc=a 3.25 ${now}\n`);
  const pickle = Buffer.from(`(l(S'tree.pickle'\n(L${now}L\nF1.5\ntta.`);
  const frame = Buffer.alloc(4);
  frame.writeUInt32BE(pickle.length);
  await first.send("pickle", Buffer.concat([frame, pickle]));
  const targets = [
    "tree.hits.host.a",
    "tree.hits",
    "tree.events",
    "tree.pickle",
    "seriesByTag('name=tree.Carbon')",
  ];
  for (const target of targets) {
    const of = (server: TestServer): Promise<Map<number, number>> =>
      server.values(target, now - 60, now + 60);
    const expected = await eventually(async () => {
      const values = await of(first);
      return values.size > 0 ? values : undefined;
    }, 30_000);
    const found = await eventually(async () => {
      const values = await of(second);
      return values.size >= expected.size ? values : undefined;
    }, 60_000);
    t.deepEqual(found, expected, target);
  }
  const metrics = await eventually(async () => {
    const text = await (await fetch(first.url("/metrics"))).text();
    return /statite_forward_acknowledged_batches [2-9]/.test(text) ? text : undefined;
  }, 30_000);
  t.regex(metrics, /statite_forward_connected 1\n/);
  t.is(await first.stop(), 0);
  t.is(await second.stop(), 0);
});
