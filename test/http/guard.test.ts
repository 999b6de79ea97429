import { once } from "node:events";
import type { AddressInfo } from "node:net";
import test from "ava";
import type { FastifyInstance } from "fastify";
import { pino } from "pino";
import { controlServer } from "../../src/http/control-socket.ts";
import { DEFAULT_OPTIONS, type HttpOptions } from "../../src/http/frame/options.ts";
import type { Role } from "../../src/http/frame/route-rules.ts";
import { checkRoutes } from "../../src/http/frame/route-rules.ts";
import { serverFrame } from "../../src/http/frame/server-frame.ts";
import { server } from "./small-server.ts";

const USERS: Record<string, { name: string; role: Exclude<Role, "open"> }> = {
  "Bearer r": { name: "reader", role: "read" },
  "Bearer w": { name: "writer", role: "write" },
  "Bearer a": { name: "root", role: "admin" },
};
const access: HttpOptions["access"] = {
  anonymous: null,
  authenticate: async (authorization) => USERS[authorization] ?? null,
};

/** A server with one route of each role; what was changed is counted. */
async function roles(
  options: Partial<HttpOptions> = {},
): Promise<{ app: FastifyInstance; changes: () => number }> {
  const app = await serverFrame(pino({ level: "silent" }), { ...DEFAULT_OPTIONS, ...options });
  const answerOtherMethods = checkRoutes(app);
  let changes = 0;
  for (const role of ["open", "read", "write", "admin"] as const) {
    app.route({
      method: ["GET", "POST"],
      url: `/${role}`,
      config: { role },
      schema: { summary: role },
      handler: async () => {
        changes++;
        return { role };
      },
    });
  }
  answerOtherMethods();
  return { app, changes: () => changes };
}

test("a role includes the lower ones and no higher one", async (t) => {
  const { app } = await roles({ access });
  const statuses: Record<string, number[]> = {};
  for (const authorization of ["", "Bearer x", "Bearer r", "Bearer w", "Bearer a"]) {
    statuses[authorization] = await Promise.all(
      ["open", "read", "write", "admin"].map(async (role) => {
        const headers = authorization === "" ? {} : { authorization };
        const { statusCode } = await app.inject({ method: "POST", url: `/${role}`, headers });
        return statusCode;
      }),
    );
  }
  t.deepEqual(statuses, {
    "": [200, 401, 401, 401],
    "Bearer x": [200, 401, 401, 401],
    "Bearer r": [200, 200, 403, 403],
    "Bearer w": [200, 200, 200, 403],
    "Bearer a": [200, 200, 200, 200],
  });
  const refused = await app.inject({ url: "/read" });
  t.regex(String(refused.headers["www-authenticate"]), /^Basic realm=/);
  t.is((JSON.parse(refused.body) as { code: string }).code, "ERR_UNAUTHORIZED");
});

test("those who show nothing may do what the rules say, and are asked for more", async (t) => {
  const { app } = await roles({
    access: { ...access, anonymous: { name: "anonymous", role: "read" } },
  });
  t.is((await app.inject({ url: "/read" })).statusCode, 200);
  const refused = await app.inject({ method: "POST", url: "/write" });
  t.is(refused.statusCode, 401);
  t.true(refused.headers["www-authenticate"] !== undefined);
  const authorization = "Bearer r";
  t.is(
    (await app.inject({ method: "POST", url: "/write", headers: { authorization } })).statusCode,
    403,
  );
  const wrong = await app.inject({ url: "/read", headers: { authorization: "Bearer x" } });
  t.is(wrong.statusCode, 401);
});

test("without access rules everybody reads and writes, and nobody is an admin over TCP", async (t) => {
  const { app } = await roles();
  for (const [role, status] of [
    ["read", 200],
    ["write", 200],
    ["admin", 403],
  ] as const) {
    t.is((await app.inject({ method: "POST", url: `/${role}` })).statusCode, status, role);
  }
});

test("a page of another site changes nothing, however it asks", async (t) => {
  const { app, changes } = await roles({ corsOrigins: ["https://graphs.example.com", "*"] });
  const cases: [headers: Record<string, string>, status: number][] = [
    [{}, 200],
    [{ host: "localhost:8080", origin: "http://localhost:8080" }, 200],
    [
      { host: "127.0.0.1:8080", origin: "http://127.0.0.1:8080", "sec-fetch-site": "same-origin" },
      200,
    ],
    [{ host: "[::1]:8080", origin: "http://[::1]:8080" }, 200],
    [
      { host: "localhost", origin: "https://graphs.example.com", "sec-fetch-site": "cross-site" },
      200,
    ],
    [{ host: "localhost:8080", origin: "http://localhost:3000" }, 403],
    [{ host: "localhost:8080", origin: "https://evil.example" }, 403],
    [{ host: "localhost:8080", origin: "null" }, 403],
    [{ host: "localhost:8080", origin: "" }, 403],
    [{ host: "localhost:8080", referer: "https://evil.example/page" }, 403],
    [{ host: "localhost:8080", "sec-fetch-site": "cross-site" }, 403],
    [{ host: "localhost:8080", "sec-fetch-site": "same-site" }, 403],
    [{ host: "rebound.evil.example:8080", origin: "http://rebound.evil.example:8080" }, 403],
    [{ host: "rebound.evil.example:8080" }, 403],
  ];
  for (const [headers, status] of cases) {
    const before = changes();
    const { statusCode } = await app.inject({ method: "GET", url: "/write", headers });
    t.is(statusCode, status, JSON.stringify(headers));
    t.is(changes() - before, status === 200 ? 1 : 0);
  }
  // Reading is another matter: Grafana may call the server what it likes.
  for (const [headers] of cases) {
    t.is((await app.inject({ url: "/read", headers })).statusCode, 200);
  }
});

test("a name that is configured, or a password, makes a host as good as an address", async (t) => {
  const headers = { host: "Graphite.example.com:80" };
  const named = await roles({ hosts: ["graphite.example.com"] });
  t.is((await named.app.inject({ method: "POST", url: "/write", headers })).statusCode, 200);
  const { app } = await roles({ access });
  const authorization = "Bearer w";
  const known = { ...headers, authorization };
  t.is((await app.inject({ method: "POST", url: "/write", headers: known })).statusCode, 200);
  const foreign = { ...known, origin: "https://evil.example" };
  t.is((await app.inject({ method: "POST", url: "/write", headers: foreign })).statusCode, 403);
});

test("what comes through the control socket may do everything", async (t) => {
  const { app } = await roles({ access });
  await app.ready();
  const control = controlServer(app).listen(0, "127.0.0.1");
  t.teardown(() => control.close());
  await once(control, "listening");
  const { port } = control.address() as AddressInfo;
  const { status } = await fetch(`http://127.0.0.1:${port}/admin`, { method: "POST" });
  t.is(status, 200);
});

test("a route without a role or a description is none", async (t) => {
  const { app } = await roles();
  const handler = async (): Promise<string> => "";
  t.throws(() => app.get("/x", { schema: { summary: "x" } }, handler), { message: /role/ });
  t.throws(() => app.get("/y", { config: { role: "read" } }, handler), { message: /what it does/ });
});

test("another method than a path has is told which it has", async (t) => {
  const { app } = await roles();
  const answer = await app.inject({ method: "DELETE", url: "/read" });
  t.is(answer.statusCode, 405);
  t.is(answer.headers.allow, "GET, HEAD, POST");
  t.is((await app.inject({ method: "DELETE", url: "/nowhere" })).statusCode, 404);
});

test("every answer has an id and is nothing else than it says", async (t) => {
  const { app } = await server();
  const ids = new Set<unknown>();
  for (const url of [
    "/render?format=json&target=a",
    "/nowhere",
    "/metrics/find",
    "/%zz",
    "/version",
  ]) {
    const { headers } = await app.inject({ url });
    t.is(headers["x-content-type-options"], "nosniff", url);
    ids.add(headers["x-request-id"]);
  }
  const given = { "x-request-id": "abc-1" };
  const { headers } = await app.inject({ url: "/version", headers: given });
  t.is(headers["x-request-id"], "abc-1");
  const odd = await app.inject({ url: "/version", headers: { "x-request-id": "a b" } });
  t.not(odd.headers["x-request-id"], "a b");
});

test("pages of configured origins may read, and others not", async (t) => {
  const { app } = await server({ corsOrigins: ["https://graphs.example.com"] });
  const ask = (origin: string, method: "GET" | "OPTIONS" = "GET") =>
    app.inject({
      method,
      url: "/render?format=json&target=a",
      headers: {
        origin,
        ...(method === "OPTIONS" ? { "access-control-request-method": "POST" } : {}),
      },
    });
  const good = await ask("https://graphs.example.com");
  t.is(good.headers["access-control-allow-origin"], "https://graphs.example.com");
  t.is(good.headers.vary, "Origin, Accept-Encoding");
  t.is((await ask("https://evil.example")).headers["access-control-allow-origin"], undefined);
  const question = await ask("https://graphs.example.com", "OPTIONS");
  t.is(question.statusCode, 204);
  t.regex(String(question.headers["access-control-allow-headers"]), /authorization/);
  const any = await server({ corsOrigins: ["*"] });
  const { headers } = await any.app.inject({ url: "/version", headers: { origin: "https://a.b" } });
  t.is(headers["access-control-allow-origin"], "*");
  t.is(headers["access-control-allow-credentials"], undefined);
  t.is((await (await server()).app.inject({ url: "/version" })).headers.vary, undefined);
});

test("where access rules are in force, /health tells a stranger the state and no more", async (t) => {
  const { app } = await server({ access });
  const stranger = await app.inject({ url: "/health" });
  t.deepEqual(JSON.parse(stranger.body), { status: "ready" });
  const known = await app.inject({ url: "/health", headers: { authorization: "Bearer r" } });
  t.deepEqual(JSON.parse(known.body), { status: "ready", degraded: [], version: "x" });
});

test("everything is below the prefix, and nothing outside", async (t) => {
  const { app } = await server({ prefix: "/graphite" });
  for (const url of [
    "/graphite/",
    "/graphite/version",
    "/graphite/version/",
    "/graphite/metrics/find?query=web",
    "/graphite/render/?target=a&format=json",
  ]) {
    t.is((await app.inject({ url })).statusCode, 200, url);
  }
  for (const url of ["/version", "/graphitex/version", "/graphitex", "/"]) {
    const answer = await app.inject({ url });
    t.is(answer.statusCode, 404, url);
    t.true(answer.body.includes(`nothing at ${url.split("?")[0]}"`), answer.body);
  }
  t.is(app.pathTo("/s/1"), "/graphite/s/1");
  const document = JSON.parse((await app.inject({ url: "/graphite/openapi.json" })).body) as {
    servers: { url: string }[];
    paths: object;
  };
  t.is(document.servers[0]?.url, "/graphite");
  t.true("/render" in document.paths);
  await app.ready();
  const control = controlServer(app).listen(0, "127.0.0.1");
  t.teardown(() => control.close());
  await once(control, "listening");
  const { port } = control.address() as AddressInfo;
  t.is((await fetch(`http://127.0.0.1:${port}/version`)).status, 200);
});

test("X-Forwarded-* is believed from trusted proxies only", async (t) => {
  const headers = {
    host: "statite:8080",
    "x-forwarded-host": "graphs.example.com",
    "x-forwarded-for": "192.0.2.7",
    origin: "https://graphs.example.com",
  };
  const write = async (trustedProxies: string[], remoteAddress: string): Promise<number> => {
    const { app } = await roles({ trustedProxies, hosts: ["graphs.example.com", "statite"] });
    const answer = await app.inject({ method: "POST", url: "/write", headers, remoteAddress });
    return answer.statusCode;
  };
  t.is(await write([], "10.0.0.1"), 403);
  t.is(await write(["10.0.0.0/8"], "10.0.0.1"), 200);
  t.is(await write(["10.0.0.0/8"], "192.0.2.1"), 403);
  t.is(await write(["loopback"], "127.0.0.1"), 200);
});
