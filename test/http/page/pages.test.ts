import type { AddressInfo } from "node:net";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import test, { type ExecutionContext } from "ava";
import { pino } from "pino";
import type { AccessRules, User } from "../../../src/http/access/access-rules.ts";
import type { HttpOptions } from "../../../src/http/frame/options.ts";
import { buildMountedGraphite } from "../../../src/http/istat/graphite-mount.ts";
import { buildIstatServer } from "../../../src/http/istat/server.ts";
import { server } from "../small-server.ts";
import { emptyDisk, testDocuments } from "../test-documents.ts";

const reader: User = { name: "ann", role: "write" };
const ACCESS: AccessRules = {
  anonymous: null,
  authenticate: async (authorization) => (authorization === "Bearer ann" ? reader : null),
};

/** What an answer's page refers to, relative to it. */
function referencesOf(page: string): string[] {
  return [...page.matchAll(/(?:src|href)="\.\/(_[^"]+)"/g)].map(([, path]) => path!);
}

test("the page and all that it refers to are there, below a prefix too", async (t) => {
  for (const prefix of ["", "/graphite"]) {
    const { app } = await server({ prefix });
    const page = await app.inject({ url: `${prefix}/?g=line:%3Cscript%3Ealert(1)` });
    t.is(page.statusCode, 200);
    t.is(page.headers["content-type"], "text/html; charset=utf-8");
    t.false(page.body.includes("alert"), "nothing of the address is in it");
    const references = referencesOf(page.body);
    t.true(references.some((path) => path.endsWith(".js")));
    t.true(references.some((path) => path.endsWith(".css")));
    for (const path of references) {
      const { statusCode, headers } = await app.inject({ url: `${prefix}/${path}` });
      t.is(statusCode, 200, path);
      t.regex(String(headers["cache-control"]), /max-age=31536000, immutable/);
    }
  }
});

test("a path without its slash leads to the one with it, for what is relative to it", async (t) => {
  const { app } = await server({ prefix: "/graphite" });
  const led = await app.inject({ url: "/graphite?g=line:a" });
  t.is(led.statusCode, 302);
  t.is(led.headers.location, "/graphite/?g=line:a");
});

test("the page may run scripts of this server only, and no text becomes markup", async (t) => {
  const { app } = await server();
  const { headers, body } = await app.inject({ url: "/" });
  const policy = String(headers["content-security-policy"]);
  t.regex(policy, /default-src 'self'/);
  t.regex(policy, /require-trusted-types-for 'script'/);
  t.notRegex(policy, /unsafe|https?:|\*/);
  t.notRegex(body, /<script(?![^>]*\ssrc=)/);
  t.notRegex(body, / style=|<style| on\w+=/);
});

test("files come compressed as asked, the same bytes, and not twice", async (t) => {
  const { app } = await server();
  const [path = ""] = referencesOf((await app.inject({ url: "/" })).body).filter((one) =>
    one.endsWith(".js"),
  );
  const get = (headers: Record<string, string>) => app.inject({ url: `/${path}`, headers });
  const plain = await get({});
  const br = await get({ "accept-encoding": "gzip, deflate, br" });
  const gzip = await get({ "accept-encoding": "br;q=0, gzip" });
  t.is(br.headers["content-encoding"], "br");
  t.is(gzip.headers["content-encoding"], "gzip");
  t.deepEqual(brotliDecompressSync(br.rawPayload), plain.rawPayload);
  t.deepEqual(gunzipSync(gzip.rawPayload), plain.rawPayload);
  t.is(br.headers.vary, "Accept-Encoding");
  const again = await get({ "if-none-match": String(plain.headers.etag) });
  t.is(again.statusCode, 304);
  t.is(again.body, "");
});

test("what is no file of the pages is told as such", async (t) => {
  const { app } = await server();
  for (const name of ["nosuch.js", "../index.html", "..%2Findex.html", "%00", "index.html"]) {
    const { statusCode, body } = await app.inject({ url: `/_/ui/${name}` });
    t.is(statusCode, 404, name);
    t.regex(body, /ERR_NOT_FOUND/);
  }
});

test("the pages are for those who may read, and know who looks at them", async (t) => {
  const { app } = await server({ access: ACCESS });
  for (const url of ["/", "/_/ui/config.json", "/_/ui/x.js"]) {
    const refused = await app.inject({ url });
    t.is(refused.statusCode, 401, url);
    t.regex(String(refused.headers["www-authenticate"]), /^Basic/);
  }
  const headers = { authorization: "Bearer ann" };
  t.is((await app.inject({ url: "/", headers })).statusCode, 200);
  const { user, roles } = (await app.inject({ url: "/_/ui/config.json", headers })).json();
  t.is(user, "ann");
  t.deepEqual(roles, ["read", "write"]);
  const { app: open } = await server({ prefix: "/graphite" });
  const config = await open.inject({ url: "/graphite/_/ui/config.json" });
  t.like(config.json(), { user: null, roles: ["read", "write"], base: "/graphite/", api: "" });
  t.is(config.headers["cache-control"], "no-store");
});

/** istatd's port, with Graphite's API mounted, listening. */
async function istatSite(
  t: ExecutionContext,
  options: Partial<HttpOptions> = {},
  filesDir: string | null = null,
): Promise<(path: string, init?: RequestInit) => Promise<Response>> {
  const { doors } = await server(options, emptyDisk());
  const mounted = await buildMountedGraphite(doors, options);
  const app = await buildIstatServer(
    {
      queries: doors.queries,
      filesDir,
      agents: async () => [],
      settings: () => testDocuments().settings,
      now: () => Math.floor(Date.now() / 1000),
      log: pino({ level: "silent" }),
    },
    options,
    mounted,
  );
  await app.listen({ host: "127.0.0.1", port: 0 });
  t.teardown(() => app.close());
  const { port } = app.server.address() as AddressInfo;
  return (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init);
}

test("istatd's port has the pages, and Graphite's API below /_/graphite/", async (t) => {
  const get = await istatSite(t);
  const page = await get("/?view=query&g=band:a");
  t.is(page.status, 200);
  for (const path of referencesOf(await page.text())) t.is((await get(`/${path}`)).status, 200);
  const config = (await (await get("/_/ui/config.json")).json()) as Record<string, unknown>;
  t.like(config, { base: "/", api: "_/graphite/", port: "istat" });
  const found = await get("/_/graphite/metrics/find?query=web.*");
  const ids = ((await found.json()) as { id: string }[]).map(({ id }) => id);
  t.deepEqual([...new Set(ids)].sort(), ["web.a", "web.b"]);
  const rendered = await get("/_/graphite/render", {
    method: "POST",
    body: new URLSearchParams({ target: "web.a.load", format: "json", from: "-10min" }),
  });
  t.is(((await rendered.json()) as { target: string }[])[0]?.target, "web.a.load");
  const led = await get("/_/graphite/composer?target=a", { redirect: "manual" });
  t.is(led.headers.get("location"), "/_/graphite/?g=line%3Aa");
  t.is((await get("/_/graphite/?g=line%3Aa")).status, 200);
  t.is((await get("/_/nosuch")).status, 404);
  t.is((await get("/web.a.load")).status, 200, "other paths are counters");
  t.regex(await (await get("/?q=web*")).text(), /type_mapping/);
});

test("istatd's port asks for the same password everywhere", async (t) => {
  const get = await istatSite(t, { access: ACCESS });
  for (const path of ["/", "/_/ui/config.json", "/_/graphite/render?target=a", "/web.a"]) {
    t.is((await get(path)).status, 401, path);
  }
  const headers = { authorization: "Bearer ann" };
  t.is((await get("/_/graphite/metrics/find?query=*", { headers })).status, 200);
});

test("an index.html of --files-dir keeps its place", async (t) => {
  const get = await istatSite(t, {}, "dist/ui");
  t.is((await get("/")).headers.get("content-security-policy"), null);
  t.not((await get("/_/graphite/")).headers.get("content-security-policy"), null);
  t.not((await get("/?view=query")).headers.get("content-security-policy"), null);
});
