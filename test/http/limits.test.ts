import { once } from "node:events";
import { Agent, request } from "node:http";
import { type AddressInfo, connect } from "node:net";
import test from "ava";
import fastify from "fastify";
import { CostLimit } from "../../src/http/access/cost-limit.ts";
import { answerClientError, Listener, PATIENCE } from "../../src/http/frame/listener.ts";
import { sendError } from "../../src/http/frame/send-error.ts";
import { runQueries } from "../../src/http/run-queries.ts";
import { form, server } from "./small-server.ts";

/** Sends bytes and gives all that comes until the connection ends. */
async function exchange(port: number, bytes: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.write(bytes);
  let text = "";
  for await (const chunk of socket) text += String(chunk);
  return text;
}

function codeOf(text: string): string {
  return (JSON.parse(text.slice(text.indexOf("{"))) as { code: string }).code;
}

test("what is too large is refused with a status and a code of its own", async (t) => {
  const { app } = await server();
  const body = await app.inject({ url: "/render", ...form("x".repeat((1 << 20) + 1)) });
  t.is(body.statusCode, 413);
  t.is(codeOf(body.body), "ERR_BODY_SIZE");
  const url = await app.inject({ url: `/functions/${"x".repeat(600)}` });
  t.is(url.statusCode, 414);
  t.is(codeOf(url.body), "ERR_URL_SIZE");
  await app.listen({ host: "127.0.0.1", port: 0 });
  t.teardown(() => app.close());
  const { port } = app.server.address() as AddressInfo;
  const headers = await exchange(
    port,
    `GET / HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(70_000)}\r\n\r\n`,
  );
  t.regex(headers, /^HTTP\/1\.1 431 .*nosniff/s);
  t.is(codeOf(headers), "ERR_HEADER_SIZE");
  const noise = await exchange(port, "\x16\x03\x01 no HTTP\r\n\r\n");
  t.regex(noise, /^HTTP\/1\.1 400 /);
  t.is(codeOf(noise), "ERR_REQUEST");
});

test("who does not come to the end of a request is told so, and holds no connection", async (t) => {
  const patience = { ...PATIENCE, headers: 50, request: 100, check: 20 };
  const slow = new Listener(null, patience).create((incoming, answer) => {
    incoming.resume().on("end", () => answer.end("done"));
  });
  slow.on("clientError", answerClientError);
  slow.listen(0, "127.0.0.1");
  await once(slow, "listening");
  t.teardown(() => slow.close());
  const { port } = slow.address() as AddressInfo;
  for (const bytes of [
    "GET / HTTP/1.1\r\nHost: x\r\nX: ",
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nx",
  ]) {
    const answer = await exchange(port, bytes);
    t.regex(answer, /^HTTP\/1\.1 408 /);
    t.is(codeOf(answer), "ERR_REQUEST");
  }
});

test("a connection serves one request after the other", async (t) => {
  const { app } = await server();
  await app.listen({ host: "127.0.0.1", port: 0 });
  t.teardown(() => app.close());
  const { port } = app.server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const sockets = new Set<object>();
  for (const path of ["/version", "/nowhere", "/metrics/find", "/render?format=json&target=a"]) {
    await new Promise<void>((resolve, reject) => {
      const sent = request({ port, path, agent }, (answer) => {
        sockets.add(answer.socket);
        answer.resume().on("end", () => resolve());
      });
      sent.on("error", reject).end();
    });
  }
  t.is(sockets.size, 1);
  agent.destroy();
});

test("whose queries have cost too much waits, and nobody else does", async (t) => {
  let now = 0;
  const costs = new CostLimit(6, () => now);
  const ask = async (dashboard: string, threadMs: number) => {
    const queries = {
      run: async () => {
        const head = { status: 200, contentType: "application/json", headers: {}, problems: [] };
        return { ...head, body: Buffer.from("[]"), threadMs };
      },
    };
    const app = fastify();
    const run = runQueries(queries, costs);
    app.decorateRequest("user", null);
    app.setErrorHandler(sendError);
    app.get("/", (request, reply) =>
      run({ kind: "expand", queries: [], groupByExpr: false, leavesOnly: false }, request, reply),
    );
    return app.inject({ url: "/", headers: { "x-dashboard-id": dashboard } });
  };
  t.is((await ask("1", 5000)).statusCode, 200);
  t.is((await ask("1", 4000)).statusCode, 200);
  const refused = await ask("1", 0);
  t.is(refused.statusCode, 429);
  t.is(codeOf(refused.body), "ERR_LIMIT_COST");
  t.is(refused.headers["retry-after"], "30");
  t.is((await ask("2", 0)).statusCode, 200);
  now += 29_000;
  t.is((await ask("1", 0)).statusCode, 429);
  now += 1100;
  t.is((await ask("1", 0)).statusCode, 200);
});
