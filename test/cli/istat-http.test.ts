import { connect } from "node:net";
import test from "ava";
import { eventually, runCommand, splitAddress, TestServer, temporaryFolder } from "../server.ts";

test.after.always(() => TestServer.killAll());

test("a server answers istatd's API, on a port of its own", async (t) => {
  const folder = temporaryFolder();
  const server = await TestServer.start(`${folder.path}/data`);
  const now = Math.floor(Date.now() / 1000);
  await server.send(
    "istat",
    `*http.hits^host.a ${now} 20\nhttp.time ${now} 0.1\nhttp.time ${now} 0.3\n`,
  );
  const base = `http://${server.listen.istatHttp}`;
  const { buckets } = await eventually(async () => {
    const answer = await fetch(`${base}/http.time?start=${now - 10}&end=${now + 1}`);
    if (answer.status !== 200) return undefined;
    const body = (await answer.json()) as { buckets: { data: Record<string, number> }[] };
    return body.buckets.length === 0 ? undefined : body;
  });
  t.like(buckets[0]!.data, { count: 2, min: 0.1, max: 0.3, sum: 0.4 });
  const body = JSON.stringify({ keys: ["http.hits.host.a"], start: now - 10, stop: now + 1 });
  const many = (await (await fetch(`${base}/*`, { method: "POST", body })).json()) as {
    "http.hits.host.a": { data: { sum: number }[] };
  };
  t.is(Math.max(...many["http.hits.host.a"].data.map(({ sum }) => sum)), 2);
  t.is(await server.stop(), 0);
  folder.remove();
});

test("those who send istat lines are listed, with what they say of themselves", async (t) => {
  const folder = temporaryFolder();
  const server = await TestServer.start(`${folder.path}/data`);
  const agents = async (): Promise<Record<string, unknown>[]> => {
    const answer = await fetch(`http://${server.listen.istatHttp}/?a=*`);
    const body = (await answer.json()) as { count: number; agents: Record<string, unknown>[] };
    t.is(body.count, body.agents.length);
    return body.agents;
  };
  t.deepEqual(await agents(), []);
  const [host, port] = splitAddress(server.listen.istat!);
  const socket = connect(port, host);
  socket.write("#hostname web1\n#version 9 x\n##dbl v\na 1\n");
  const [online] = await eventually(async () => {
    const list = await agents();
    return list[0]?.["#dbl"] === undefined ? undefined : list;
  });
  t.like(online, { hostname: "web1", version: "9 x", "#dbl": "v", _online: true });
  t.regex(String(online!._peer), /^127\.0\.0\.1:\d+$/);
  t.regex(String(online!._connected), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  t.is(typeof online!._idle, "number");
  socket.end();
  const gone = await eventually(async () => {
    const list = await agents();
    return list[0]?._online === false ? list : undefined;
  });
  t.is(gone.length, 1);
  await server.sendDatagram("istat", "#hostname udp1\n");
  const both = await eventually(async () => {
    const list = await agents();
    return list.length === 2 ? list : undefined;
  });
  t.like(both[1], { hostname: "udp1", _peer: "udp", _online: true });
  await server.stop();
  folder.remove();
});

test("a port that is taken ends the start, and names the flag", async (t) => {
  const folder = temporaryFolder();
  const server = await TestServer.start(`${folder.path}/data`);
  const off = ["http", "carbon", "pickle", "istat"].flatMap((name) => [`--${name}-listen`, "off"]);
  const taken = ["--istat-http-listen", server.listen.istatHttp!];
  const { code, text } = await runCommand([
    "serve",
    "--data-dir",
    `${folder.path}/b`,
    ...off,
    ...taken,
  ]);
  t.is(code, 1);
  t.regex(text, /--istat-http-listen 127\.0\.0\.1:\d+ cannot be opened/);
  await server.stop();
  folder.remove();
});
