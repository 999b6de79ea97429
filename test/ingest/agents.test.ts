import test from "ava";
import { Agents } from "../../src/ingest/agents.ts";

const decoder = (meta: Record<string, string> = {}) => ({
  meta: new Map(Object.entries(meta)),
  isStopped: false,
  refusesHost: () => false,
  push: () => {},
  end: () => {},
});

test("agents that have left are remembered, a hundred of them and for a day", (t) => {
  let now = 1_700_000_000;
  const agents = new Agents(() => now);
  const connections = Array.from({ length: 150 }, (_, i) => agents.connected(`p${i}`, decoder()));
  now += 60;
  connections[149]!.push(Buffer.from("a 1\n"));
  for (const connection of connections) connection.end();
  const list = agents.list();
  t.is(list.length, 100);
  t.is(list[0]!.peer, "p50");
  t.like(list[99], { peer: "p149", heard: now, connected: now - 60, isOnline: false });
  now += 25 * 3600;
  t.deepEqual(
    agents.list().map(({ peer }) => peer),
    ["p149"],
  );
  now++;
  t.deepEqual(agents.list(), []);
});

test("what agents say of themselves is listed up to a limit, they themselves always", (t) => {
  const agents = new Agents(() => 1_700_000_000);
  const meta = Object.fromEntries(
    Array.from({ length: 64 }, (_, i) => [`k${i}`, "x".repeat(1000)]),
  );
  for (let i = 0; i < 200; i++) agents.connected(`p${i}`, decoder(meta));
  const list = agents.list();
  t.is(list.length, 200);
  t.true(JSON.stringify(list).length < 9 << 20);
  t.deepEqual(list[0]!.meta, meta);
  t.deepEqual(list[199]!.meta, {});
});
