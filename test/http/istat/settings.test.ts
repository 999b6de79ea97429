import { readdirSync, readFileSync } from "node:fs";
import test from "ava";
import { readSetFile } from "../../../src/model/istat-set-file.ts";
import { eventually, TestServer, temporaryFolder } from "../../server.ts";
import { testDocuments } from "../test-documents.ts";
import { exchangesOf, IstatSite } from "./istat-site.ts";

const T = 1_700_000_000;
const FIXTURE = "test/fixtures/istatd/23_settings_store";

test.after.always(() => TestServer.killAll());

test("a session of settings is answered as istatd does", async (t) => {
  const { app } = await IstatSite.build("10s:1h", T);
  for (const {
    method,
    url,
    request_body: body,
    status_line: status,
    body: expected,
  } of exchangesOf("23_settings_store")) {
    const payload = typeof body === "string" ? body : JSON.stringify(body);
    const answer = await app.inject({
      method: method as "GET",
      url,
      ...(body === null ? {} : { payload }),
    });
    t.is(answer.statusCode, Number(status!.split(" ")[1]), url);
    if (answer.statusCode === 400 || expected.includes("no such settings")) {
      const { error } = JSON.parse(expected) as { error: string };
      t.is((JSON.parse(answer.body) as { error: string }).error, error, url);
    } else {
      t.is(answer.body, expected, `${method} ${url} ${payload}`);
    }
  }
});

test("a container is set as a whole or not at all", async (t) => {
  const documents = testDocuments();
  const { app } = await IstatSite.build("10s:1h", T, { settings: () => documents.settings });
  const set = (values: object): Promise<number> =>
    app
      .inject({ method: "POST", url: "/?s=c", payload: JSON.stringify(values) })
      .then(({ statusCode }) => statusCode);
  t.is(await set({ a: "1", b: [1], c: "3" }), 400);
  t.is((await app.inject({ url: "/?s=c" })).statusCode, 404);
  t.is(await set({ big: "x".repeat(1 << 20) }), 413);
  t.is((await app.inject({ url: "/?s=c" })).statusCode, 404);
  t.is(await set({ "": "" }), 200);
  t.is((await app.inject({ url: "/?s=c" })).body, "null\n");
  await Promise.all(Array.from({ length: 20 }, (_, i) => set({ a: `${i}`, b: `${i}` })));
  const { a, b } = JSON.parse((await app.inject({ url: "/?s=c" })).body) as Record<string, string>;
  t.is(a, b);
});

test("hashes of passwords are kept, and never given away", async (t) => {
  const documents = testDocuments();
  const { app } = await IstatSite.build("10s:1h", T, { settings: () => documents.settings });
  t.is((await app.inject({ url: "/?s=users" })).body, "{}\n");
  const user = JSON.stringify({ password: "5e884898", mail: "a@b" });
  const payload = JSON.stringify({ "user.cit": user, "user.odd": "5e884898" });
  await app.inject({ method: "POST", url: "/?s=users", payload });
  for (const url of ["/?s=users", "/?s=users&sk=user.*", "/any?s=users"]) {
    const { body } = await app.inject({ url });
    t.deepEqual(JSON.parse(body), { "user.cit": '{"mail":"a@b"}', "user.odd": "{}" });
  }
  t.is(documents.settings.entries("users")[0]![1], user);
});

test("a page of another site changes no settings", async (t) => {
  const { app } = await IstatSite.build("10s:1h", T);
  const answer = await app.inject({
    method: "POST",
    url: "/?s=global",
    payload: "{}",
    headers: { origin: "https://evil.example" },
  });
  t.is(answer.statusCode, 403);
});

test("the files that istatd wrote have what it answered", (t) => {
  const values = (name: string): Record<string, string> =>
    Object.fromEntries(readSetFile(readFileSync(`${FIXTURE}/${name}.set`, "utf8")));
  for (const { method, url, body } of exchangesOf("23_settings_store").reverse()) {
    const [, name = ""] = /^\/\?s=(\w+)$/.exec(url) ?? [];
    if (method !== "GET" || !readdirSync(FIXTURE).includes(`${name}.set`)) continue;
    const answered = JSON.parse(body) as Record<string, string>;
    if (name !== "global" || !("test.a" in answered)) t.deepEqual(values(name), answered, name);
  }
});

test("settings outlive the server, and those of an istatd are taken over once", async (t) => {
  const folder = temporaryFolder();
  const flags = ["--settings-dir", FIXTURE];
  const first = await TestServer.start(folder.path, flags);
  const url = (server: TestServer, name: string): string =>
    `http://${server.listen.istatHttp}/?s=${name}`;
  const found = await eventually(async () => {
    const answer = await fetch(url(first, "v"));
    return answer.status === 200 ? ((await answer.json()) as Record<string, string>) : undefined;
  });
  t.is(found.q, 'it\'s "q" \\ %_ end');
  await fetch(url(first, "v"), { method: "POST", body: JSON.stringify({ q: "mine", more: 1 }) });
  await first.stop();
  const second = await TestServer.start(folder.path, flags);
  t.like(await (await fetch(url(second, "v"))).json(), { q: "mine", more: "1", eq: "a=b#c" });
  await second.stop();
  folder.remove();
});
