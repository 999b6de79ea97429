import { once } from "node:events";
import { connect } from "node:net";
import test, { type ExecutionContext } from "ava";
import fastify, { type FastifyInstance } from "fastify";
import { liveRoutes } from "../../../src/http/ui/live/live-routes.ts";
import type { LiveOptions } from "../../../src/http/ui/live/live-stream.ts";
import { GraphiteError } from "../../../src/model/errors.ts";
import type { QueryRunner } from "../../../src/render/query-job.ts";
import { uiSite } from "./ui-site.ts";

interface Points {
  time: number;
  until: number;
  series: {
    target: string;
    name: string;
    start: number;
    step: number;
    values: (number | null)[];
  }[];
}

/** Reads events one after the other. */
async function reader(
  url: string,
  headers = {},
): Promise<{
  status: number;
  next(): Promise<{ event: string; data: string } | null>;
  close(): void;
}> {
  const abort = new AbortController();
  const response = await fetch(url, { signal: abort.signal, headers });
  const chunks = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  return {
    status: response.status,
    close: () => abort.abort(),
    async next() {
      for (;;) {
        const end = text.indexOf("\n\n");
        if (end >= 0) {
          const lines = text.slice(0, end).split("\n");
          text = text.slice(end + 2);
          const field = (name: string): string =>
            lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? "";
          if (lines.some((line) => line === ":")) return { event: "comment", data: "" };
          if (field("event") !== "") return { event: field("event"), data: field("data") };
          continue;
        }
        const { done, value } = await chunks.read();
        if (done) return null;
        text += value;
      }
    },
  };
}

async function listening(t: ExecutionContext, app: FastifyInstance): Promise<string> {
  await app.listen({ host: "127.0.0.1", port: 0 });
  t.teardown(() => app.close());
  const { port } = app.server.address() as { port: number };
  return `http://127.0.0.1:${port}`;
}

test("new points are told as they come, on both ports, and a server that stops ends its streams", async (t) => {
  const all = await uiSite();
  const now = (): number => Math.floor(Date.now() / 10_000) * 10;
  all.put("gauge", "web.a<b>", [[now(), 1]]);
  for (const app of [all.graphite, all.istat]) {
    const url = await listening(t, app);
    const target = encodeURIComponent("alias(scale(web.*,10),'x\n\ny')");
    const events = await reader(`${url}/_/live?target=${target}&target=web.*&target=nosuch(1)`);
    t.is(events.status, 200);
    const errors = await events.next();
    t.is(errors?.event, "errors");
    t.like(JSON.parse(errors!.data), { 0: { target: "nosuch(1)", column: 1 } });
    const first = JSON.parse((await events.next())!.data) as Points;
    t.is(first.series.length, 2);
    t.is(first.series[1]!.name, "web.a<b>");
    t.is(first.series[1]!.step, 10);
    all.put("gauge", "web.new", [[now(), 4]]);
    let names: string[] = [];
    while (!names.includes("web.new")) {
      const event = await events.next();
      t.is(event?.event, "points");
      const { series } = JSON.parse(event!.data) as Points;
      names = series.map(({ name }) => name);
      if (names.includes("web.new")) {
        t.true(series.find(({ name }) => name === "web.new")!.values.includes(4));
      }
    }
    all.store.writer.deleteSeries([all.store.names.seriesAt("web.new")]);
    const closing = app.close();
    while ((await events.next()) !== null);
    await closing;
  }
});

const QUICK: LiveOptions = { lookMs: 5, heartbeatMs: 20, patienceMs: 200, lifeMs: 60_000 };

/** The route over answers that a test makes up. */
async function liveServer(
  t: ExecutionContext,
  run: QueryRunner["run"],
  options: Partial<LiveOptions> = {},
): Promise<{ url: string; app: FastifyInstance }> {
  const app = fastify();
  liveRoutes(app, { run }, null, { ...QUICK, ...options });
  return { url: await listening(t, app), app };
}

function answer(text: string): Awaited<ReturnType<QueryRunner["run"]>> {
  const body = Buffer.from(text);
  return { status: 200, contentType: "", headers: {}, problems: [], body };
}

test("where nothing changes there are comments only", async (t) => {
  const { url } = await liveServer(t, async () => answer("[]\n[]"));
  const events = await reader(`${url}/_/live?target=a`);
  const seen: (string | undefined)[] = [];
  for (let i = 0; i < 3; i++) seen.push((await events.next())?.event);
  t.deepEqual(seen, ["points", "comment", "comment"]);
  events.close();
});

test("a stream ends when its time is over", async (t) => {
  const { url } = await liveServer(t, async () => answer("[]\n[]"), { lifeMs: 50 });
  const events = await reader(`${url}/_/live?target=a`);
  while ((await events.next()) !== null);
  t.pass();
});

test("a look that fails is told once, and nothing of our insides", async (t) => {
  let looks = 0;
  const { url } = await liveServer(t, async () => {
    looks++;
    throw looks === 1
      ? new GraphiteError("ERR_LIMIT_SERIES", "too many series")
      : new Error("secret");
  });
  const events = await reader(`${url}/_/live?target=a`);
  t.deepEqual(await events.next(), {
    event: "errors",
    data: '[{"target":null,"message":"too many series","column":null}]',
  });
  events.close();
});

test("a reader that does not read is dropped, and no more is made for it than it can take", async (t) => {
  let made = 0;
  const big = `[{"target":"${"x".repeat(500_000)}"`;
  const { url } = await liveServer(t, async () => answer(`[]\n${big},"n":${made++}}]`));
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  await once(socket, "connect");
  socket.pause();
  socket.write("GET /_/live?target=a HTTP/1.1\r\nHost: x\r\n\r\n");
  // What the kernel takes is some megabytes; then nothing more is made, and the connection is cut.
  let [before, same] = [-1, 0];
  while (same < 60) {
    await new Promise((done) => setTimeout(done, 10));
    same = made === before && made > 0 ? same + 1 : 0;
    before = made;
  }
  t.true(made < 100, String(made));
  const ended = Promise.race([once(socket, "close"), once(socket, "error")]);
  socket.resume();
  await ended;
  socket.destroy();
});

test("there are so many streams at a time and no more, and what is left makes room", async (t) => {
  const { url } = await liveServer(t, async () => answer("[]\n[]"), { lookMs: 500 });
  const open = await Promise.all(
    Array.from({ length: 100 }, () => reader(`${url}/_/live?target=a`)),
  );
  t.true(open.every(({ status }) => status === 200));
  const refused = await fetch(`${url}/_/live?target=a`);
  t.is(refused.status, 503);
  await refused.text();
  open[0]!.close();
  let status = 503;
  while (status !== 200) {
    await new Promise((done) => setTimeout(done, 10));
    const again = await reader(`${url}/_/live?target=a`);
    status = again.status;
    again.close();
  }
  for (const one of open) one.close();
  const none = await fetch(`${url}/_/live`);
  t.is(none.status, 400);
  await none.text();
});
