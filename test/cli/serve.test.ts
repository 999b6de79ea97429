import { writeFileSync } from "node:fs";
import test from "ava";
import { eventually, runCommand, TestServer, temporaryFolder } from "../server.ts";

test.after.always(() => TestServer.killAll());

const now = (): number => Math.floor(Date.now() / 1000);

test("what is sent over every door is what /render answers", async (t) => {
  const folder = temporaryFolder();
  const server = await TestServer.start(folder.path);
  const time = now() - (now() % 10) - 60;
  await server.send("carbon", `door.tcp 1.5 ${time}\ndoor.tagged;b=2;a=1 7 ${time}\n`);
  await server.sendDatagram("carbon", `door.udp 2.5 ${time}`);
  await server.send(
    "istat",
    `door.gauge ${time} 2\ndoor.gauge ${time} 4\n*door.event ${time} 5\ncpu^host.a^class.b ${time} 3\n`,
  );
  await server.sendDatagram("istat", `door.istatudp ${time} 6\n`);
  const pickle = Buffer.from(`(l(S'door.pickle'\n(L${time}L\nS'3.5'\ntta.`);
  const frame = Buffer.alloc(4);
  frame.writeUInt32BE(pickle.length);
  await server.send("pickle", Buffer.concat([frame, pickle]));
  const expected: [string, number][] = [
    ["door.tcp", 1.5],
    ["door.tagged;a=1;b=2", 7],
    ["door.udp", 2.5],
    ["door.pickle", 3.5],
    ["door.gauge", 3],
    ["door.event", 0.5],
    ["door.istatudp", 6],
    ["cpu.host.a", 3],
    ["cpu.class.b", 3],
  ];
  for (const [target, value] of expected) {
    const values = await eventually(async () => {
      const found = await server.values(target, time - 60, time + 60);
      return found.size > 0 ? found : undefined;
    });
    t.deepEqual([...values], [[time, value]], target);
  }
  const sum = await server.values("sumSeries(cpu^host.*^class.b)", time - 60, time + 60);
  t.is(sum.get(time), 6);
  const tagged = await server.values('seriesByTag("name=door.tagged","a=1")', time - 60, time + 60);
  t.is(tagged.get(time), 7);
  t.is(await server.stop(), 0);
  folder.remove();
});

test("after kill -9 everything is there that was read 200 ms before", async (t) => {
  const folder = temporaryFolder();
  const time = now() - (now() % 10) - 300;
  let sent = 0;
  for (let life = 0; life < 3; life++) {
    const server = await TestServer.start(folder.path);
    for (let i = 0; i < 50; i++) {
      await server.send("carbon", `kill.s${sent} ${sent}.25 ${time + (sent % 20) * 10}\n`);
      sent++;
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
    await server.stop("SIGKILL");
  }
  const server = await TestServer.start(folder.path);
  for (let i = 0; i < sent; i++) {
    const values = await server.values(`kill.s${i}`, time - 10, time + 300);
    t.deepEqual([...values], [[time + (i % 20) * 10, i + 0.25]], `kill.s${i}`);
  }
  t.false(/damaged/.test(server.log));
  await server.stop();
  folder.remove();
});

test("a signal loses nothing that was sent, and ends with status 0", async (t) => {
  const folder = temporaryFolder();
  const first = await TestServer.start(folder.path);
  const time = now() - (now() % 10) - 20;
  await first.send("carbon", `last.moment 42 ${time}\n`);
  t.is(await first.stop(), 0);
  const second = await TestServer.start(folder.path);
  t.is((await second.values("last.moment", time - 10, time + 10)).get(time), 42);
  t.is(await second.stop("SIGINT"), 0);
  folder.remove();
});

test("a second process on the same data directory is refused with a clear word", async (t) => {
  const folder = temporaryFolder();
  const server = await TestServer.start(folder.path);
  const error = await t.throwsAsync(TestServer.start(folder.path));
  t.regex(error?.message ?? "", new RegExp(`exit 1.*in use by process ${server.process.pid}`, "s"));
  await server.stop("SIGKILL");
  const after = await TestServer.start(folder.path);
  t.is(await after.stop(), 0);
  folder.remove();
});

test("a listener that cannot open ends the start, naming flag and port", async (t) => {
  const folder = temporaryFolder();
  const other = temporaryFolder();
  const server = await TestServer.start(folder.path);
  const error = await t.throwsAsync(
    TestServer.start(other.path, ["--pickle-listen", server.listen.carbon!]),
  );
  t.regex(error?.message ?? "", new RegExp(`exit 1.*--pickle-listen ${server.listen.carbon}`, "s"));
  await server.stop();
  folder.remove();
  other.remove();
});

test("refused lines are counted by protocol and reason", async (t) => {
  const folder = temporaryFolder();
  const blacklist = `${folder.path}/blacklist.conf`;
  writeFileSync(blacklist, "^secret\\.\n");
  const server = await TestServer.start(`${folder.path}/data`, ["--blacklist", blacklist]);
  const time = now();
  const bad = Buffer.from(
    `nonsense\na.b 1 ${time}000\nsecret.x 1 ${time}\nc\xff.d 1 ${time}\ngood.x 1 ${time}\n`,
    "latin1",
  );
  await server.send("carbon", bad);
  const text = await eventually(async () => {
    const metrics = await (await fetch(server.url("/metrics"))).text();
    return metrics.includes("blacklisted") ? metrics : undefined;
  });
  for (const reason of ["line-malformed", "timestamp-in-milliseconds", "blacklisted", "not-utf8"]) {
    t.true(text.includes(`statite_refused_total{protocol="carbon",reason="${reason}"} 1`), reason);
  }
  t.deepEqual(await server.json("/metrics/find?query=*&format=json"), [
    { path: "good", is_leaf: false },
  ]);
  await server.stop();
  folder.remove();
});

test("a changed schema applies to series that exist, and a broken file changes nothing", async (t) => {
  const folder = temporaryFolder();
  const schemas = `${folder.path}/storage-schemas.conf`;
  writeFileSync(schemas, "[all]\npattern = .*\nretentions = 10s:1d\n");
  const server = await TestServer.start(`${folder.path}/data`, ["--schemas", schemas]);
  await server.send("carbon", `schema.x 1 ${now()}\n`);
  await eventually(async () =>
    (await server.values("schema.x", now() - 60, now() + 10)).size > 0 ? true : undefined,
  );
  writeFileSync(schemas, "no ini at all\n");
  server.process.kill("SIGHUP");
  await eventually(async () => (/old rules stay/.test(server.log) ? true : undefined));
  writeFileSync(schemas, "[all]\npattern = .*\nretentions = 60s:1d\n");
  server.process.kill("SIGHUP");
  await eventually(async () =>
    /"series":1,"msg":"retention of series changed"/.test(server.log) ? true : undefined,
  );
  // The new step begins later; until then nothing is lost.
  t.true((await server.values("schema.x", now() - 60, now() + 10)).size > 0);
  t.is(await server.stop(), 0);
  folder.remove();
});

test("wrong flags end with status 2 and a word on what to do", async (t) => {
  const unknown = await runCommand(["serve", "--no-such-flag"]);
  t.is(unknown.code, 2);
  const value = await runCommand(["serve", "--wal-sync-ms", "soon"]);
  t.is(value.code, 2);
  t.regex(value.text, /wal-sync-ms/);
  const help = await runCommand(["serve", "--help"]);
  t.is(help.code, 0);
  t.regex(help.text, /--carbon-listen/);
  const version = await runCommand(["--version"]);
  t.regex(version.text, /^\d+\.\d+\.\d+\n$/);
});

test("a regular expression that never ends costs its own request only", async (t) => {
  const folder = temporaryFolder();
  const server = await TestServer.start(folder.path);
  const time = now() - 20;
  await server.send("carbon", `regex.${"a".repeat(60)}b 1 ${time}\n`);
  await eventually(async () =>
    (await server.values("regex.*", time - 60, time + 60)).size > 0 ? true : undefined,
  );
  const ask = (target: string): Promise<Response> =>
    fetch(server.url(`/render?format=json&target=${encodeURIComponent(target)}`));
  // Plain ones run in linear time, look-around in none.
  t.is((await ask('grep(regex.*,"(a+)+$")')).status, 200);
  const hanging = ask('grep(regex.*,"(?=r)(a|a)+(a+)+$|(?:(a+)+)+c")');
  const neighbour = server.values("regex.*", time - 60, time + 60).then(({ size }) => size);
  t.is(await Promise.race([neighbour, hanging]), 1, "a neighbour had to wait");
  const answer = await hanging;
  t.is(answer.status, 503);
  t.regex(await answer.text(), /look-around or back-references took longer/);
  t.is((await server.values("regex.*", time - 60, time + 60)).size, 1);
  t.is(await server.stop(), 0);
  folder.remove();
});
