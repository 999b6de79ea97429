import { spawn } from "node:child_process";
import { copyFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import test from "ava";
import { HttpFiles } from "../../src/cli/server/http-files.ts";
import { loadSettings } from "../../src/config/settings.ts";
import { eventually, runCommand, TestServer, temporaryFolder } from "../server.ts";

test.after.always(() => TestServer.killAll());

/** Runs `statite auth add …` with a password on its standard input. */
function authAdd(
  args: string[],
  input = "",
): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ["dist/src/cli/main.js", "auth", "add", ...args]);
    let out = "";
    let err = "";
    child.stdout.on("data", (chunk) => (out += String(chunk)));
    child.stderr.on("data", (chunk) => (err += String(chunk)));
    child.on("close", (code) => resolve({ code, out, err }));
    child.stdin.end(input);
  });
}

test("users are made on the command line, known by the server, and exchanged by SIGHUP", async (t) => {
  const folder = temporaryFolder();
  const file = join(folder.path, "auth");
  const token = await authAdd(["ci", "--role", "read", "--token", "--auth-file", file]);
  t.is(token.code, 0, token.err);
  t.is(token.out, "");
  t.is(statSync(file).mode & 0o777, 0o600);
  const [, secret] = /token, shown this once: (\S+)/.exec(token.err) ?? [];
  const server = await TestServer.start(join(folder.path, "data"), ["--auth-file", file]);
  const get = async (path: string, authorization?: string): Promise<number> => {
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
    return (await fetch(server.url(path), { headers })).status;
  };
  t.is(await get("/metrics/find?query=*"), 401);
  t.is(await get("/metrics/find?query=*", `Bearer ${secret}`), 200);
  t.is(await get("/health"), 200);

  const line = await authAdd(["ann", "--role", "write"], "correct horse\n");
  t.regex(line.out, /^ann write scrypt:\S+\n$/);
  writeFileSync(file, line.out);
  server.process.kill("SIGHUP");
  const ann = `Basic ${Buffer.from("ann:correct horse").toString("base64")}`;
  await eventually(async () =>
    (await get("/metrics/find?query=*", ann)) === 200 ? true : undefined,
  );
  t.is(await get("/metrics/find?query=*", `Bearer ${secret}`), 401);

  writeFileSync(file, "ann root nothing\n");
  server.process.kill("SIGHUP");
  await eventually(async () =>
    server.log.includes("access rules not reloaded") ? true : undefined,
  );
  t.is(await get("/metrics/find?query=*", ann), 200);
  t.false(server.log.includes("correct horse"));
  t.is(await server.stop(), 0);
  folder.remove();
});

test("auth add refuses what the server would not take", async (t) => {
  for (const [args, input, message] of [
    [["a b", "--role", "read"], "correct horse", /a b is no name/],
    [["ann", "--role", "read"], "short", /at least 8 characters/],
  ] as const) {
    const { code, out, err } = await authAdd([...args], input);
    t.is(code, 2, err);
    t.is(out, "");
    t.regex(err, message);
  }
});

test("a certificate is exchanged by SIGHUP, and no connection is lost", async (t) => {
  const folder = temporaryFolder();
  const [cert, key] = [join(folder.path, "crt"), join(folder.path, "key")];
  const install = (name: string): void => {
    copyFileSync(`test/fixtures/tls/${name}.crt`, cert);
    copyFileSync(`test/fixtures/tls/${name}.key`, key);
  };
  install("first");
  const server = await TestServer.start(join(folder.path, "data"), [
    ...["--tls-cert", cert, "--tls-key", key, "--http-prefix", "graphite/"],
  ]);
  const ca = ["first", "second"].map((name) => readFileSync(`test/fixtures/tls/${name}.crt`));
  const agent = new Agent({ keepAlive: true, ca });
  const get = (using?: Agent): Promise<{ status: number; name: string; socket: object }> =>
    new Promise((resolve, reject) => {
      const url = `https://${server.listen.http}/graphite/version`;
      request(url, using === undefined ? { ca, agent: false } : { agent: using }, (answer) => {
        const socket = answer.socket as TLSSocket;
        const name = String(socket.getPeerCertificate().subject?.CN);
        answer.resume().on("end", () => resolve({ status: answer.statusCode ?? 0, name, socket }));
      })
        .on("error", reject)
        .end();
    });
  const before = await get(agent);
  t.is(before.status, 200);
  t.is((await get()).name, "first");
  install("second");
  server.process.kill("SIGHUP");
  await eventually(async () => ((await get()).name === "second" ? true : undefined));
  t.is((await get(agent)).socket, before.socket);
  writeFileSync(key, "no key");
  server.process.kill("SIGHUP");
  await eventually(async () =>
    server.log.includes("certificate not reloaded") ? true : undefined,
  );
  t.is((await get()).name, "second");
  // Without TLS nobody gets anything, and the server stays.
  await t.throwsAsync(fetch(`http://${server.listen.http}/graphite/version`));
  t.is((await get()).status, 200);
  agent.destroy();
  t.is(await server.stop(), 0);
  folder.remove();
});

test("files for HTTP that cannot be used end the start, and say what is wrong", async (t) => {
  const folder = temporaryFolder();
  const cases: [flags: string[], message: RegExp][] = [
    [["--auth-file", "/nonexistent/auth"], /\/nonexistent\/auth/],
    [["--auth-file", "test/fixtures/tls/first.crt"], /first\.crt: line 1: not NAME ROLE HASH/],
    [["--tls-cert", "test/fixtures/tls/first.crt"], /tls-cert and tls-key go together/],
    [
      ["--tls-cert", "test/fixtures/tls/first.crt", "--tls-key", "test/fixtures/tls/second.key"],
      /second\.key: .*key values mismatch/,
    ],
    [["--http-prefix", "/a b"], /http-prefix: \/a b is no path/],
    [["--trusted-proxies", "10.0.0.0/8, proxy"], /trusted-proxies: proxy is neither/],
    [["--cors-origins", "graphs.example.com"], /is no origin/],
  ];
  for (const [flags, message] of cases) {
    const texts: Record<string, string> = {};
    for (let i = 0; i < flags.length; i += 2) texts[flags[i]!.slice(2)] = flags[i + 1]!;
    t.throws(() => new HttpFiles(loadSettings(texts, {}, {})), { message });
  }
  const { code, text } = await runCommand(["serve", "--data-dir", folder.path, ...cases[1]![0]]);
  t.is(code, 1);
  t.regex(text, cases[1]![1]);
  folder.remove();
});

test("HTTP that others reach without rules, or with passwords and without TLS, is warned of", async (t) => {
  const folder = temporaryFolder();
  const open = await TestServer.start(folder.path, ["--http-listen", "0.0.0.0:0"]);
  t.regex(open.log, /HTTP is open: .*statite auth add NAME --role read --auth-file FILE/);
  await open.stop();
  const file = join(folder.path, "auth");
  writeFileSync(file, "anonymous read -\n");
  const flags = ["--http-listen", "0.0.0.0:0", "--auth-file", file];
  const readable = await TestServer.start(folder.path, flags);
  t.regex(readable.log, /travel readably: --tls-cert/);
  t.notRegex(readable.log, /HTTP is open/);
  await readable.stop();
  folder.remove();
});
