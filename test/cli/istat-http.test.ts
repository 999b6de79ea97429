import test from "ava";
import { eventually, runCommand, TestServer, temporaryFolder } from "../server.ts";

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
