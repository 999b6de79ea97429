import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { writeWhisper } from "../../compat/whisper/write-whisper.ts";
import { makeToken } from "../../src/http/access/secret-hash.ts";
import { eventually, runCommand, TestServer, temporaryFolder } from "../server.ts";

test.after.always(() => TestServer.killAll());

const now = Math.floor(Date.now() / 1000);
const folder = temporaryFolder();
const tree = join(folder.path, "tree");
const data = join(folder.path, "data");

/** Ten-second values for an hour, minutes for a day. */
function fill(from: number, to: number): void {
  const archives = [
    { step: 10, points: 360 },
    { step: 60, points: 1440 },
  ];
  mkdirSync(join(tree, "web"), { recursive: true });
  for (let i = from; i < to; i++) {
    writeWhisper(
      join(tree, `web/s${i}.wsp`),
      { method: "max", xFilesFactor: 0.5, archives },
      (one) => {
        const { step, points } = archives[one]!;
        const values = Float64Array.from({ length: points }, (_, n) => (n * 7919 + i) % 1000);
        return { firstSlot: Math.floor(now / step) - points + 1, values };
      },
    );
  }
}

async function post(
  server: TestServer,
  path: string,
  token: string | null,
  body: string | Uint8Array<ArrayBuffer>,
  type: string,
): Promise<{ status: number; text: string }> {
  const headers: Record<string, string> = { "content-type": type };
  if (token !== null) headers.authorization = `Bearer ${token}`;
  const answer = await fetch(server.url(path), { method: "POST", body, headers });
  return { status: answer.status, text: await answer.text() };
}

const STATFILE = "application/vnd.statite.statfile";

test("a tree is imported into a server elsewhere, also after a kill; strangers get nothing in", async (t) => {
  fill(0, 300);
  const [admin, reader] = [makeToken(), makeToken()];
  const auth = join(folder.path, "auth");
  writeFileSync(auth, `ops admin ${admin.hash}\nsee write ${reader.hash}\n`);
  const tokenFile = join(folder.path, "token");
  writeFileSync(tokenFile, `${admin.token}\n`);
  const server = await TestServer.start(data, ["--auth-file", auth]);
  const to = ["import", "whisper", tree, "--to", server.url("/")];
  const command = [...to, "--token-file", tokenFile];

  // Without a token, and with one that may not.
  const nobody = await runCommand(to, { STATITE_TOKEN: "" });
  t.is(nobody.code, 1);
  t.regex(nobody.text, /: 401 /);
  const writer = await runCommand(to, { STATITE_TOKEN: reader.token });
  t.regex(writer.text, /: 403 /);
  t.is((await runCommand([...command.slice(0, 3), "--to", "ftp://x"])).code, 2);
  t.is((await runCommand([...command.slice(0, 3), "--to", "http://127.0.0.1:1"])).code, 1);

  // Killed in the middle of it, and begun again.
  const child = spawn(process.execPath, ["dist/src/cli/main.js", ...command], { stdio: "ignore" });
  const ended = new Promise((resolve) => child.on("exit", resolve));
  const authorization = `Bearer ${admin.token}`;
  await eventually(async () => {
    const answer = await fetch(server.url("/metrics/find?query=web.*&format=json"), {
      headers: { authorization },
    });
    return ((await answer.json()) as unknown[]).length > 0 ? true : undefined;
  });
  child.kill("SIGKILL");
  await ended;
  const { code, text } = await runCommand([...command, "--verify"]);
  t.is(code, 0, text);
  t.regex(text, /verified 300 files: all (53\d|54\d),\d{3} points are there/);
  const again = await runCommand(command);
  t.regex(again.text, / 0 points written, 0 series new; nothing left out/);
  fill(300, 302);
  const more = await runCommand(command);
  t.regex(more.text, / 2 series new; nothing left out/);
  const render = await fetch(
    server.url(`/render?target=web.s301&from=${now - 600}&until=${now}&format=json`),
    { headers: { authorization } },
  );
  const [series] = (await render.json()) as { datapoints: [number | null, number][] }[];
  t.true(series!.datapoints.filter(([value]) => value !== null).length >= 59);

  // What is sent is believed in nothing.
  const [tier] = readdirSync(join(data, "statfiles"));
  const [name] = readdirSync(join(data, "statfiles", tier!));
  const whole = readFileSync(join(data, "statfiles", tier!, name!));
  const files = (await (
    await fetch(server.url("/_/import/files"), { headers: { authorization } })
  ).json()) as { last: number; files: { file: string; bytes: number }[] };
  t.true(files.last >= 2);
  const entry = files.files.find(({ file }) => file === `${tier}/${name}`)!;
  const send = (
    file: string,
    body: Uint8Array,
    bytes = body.length,
    token: string | null = admin.token,
  ): Promise<{ status: number; text: string }> =>
    post(
      server,
      `/_/import/file?file=${encodeURIComponent(file)}&bytes=${bytes}`,
      token,
      new Uint8Array(body),
      STATFILE,
    );
  const adopt = (item: object): Promise<{ status: number; text: string }> =>
    post(
      server,
      "/_/import/adopt",
      admin.token,
      JSON.stringify({ files: [item] }),
      "application/json",
    );
  const other = `${tier}/import-99-1.statfile`;
  t.is((await send(other, whole, whole.length, null)).status, 401);
  t.is((await send(other, whole, whole.length, reader.token)).status, 403);
  for (const wrong of [
    "../../x",
    `${tier}/../import-9-9.statfile`,
    `${tier}/window-1.statfile`,
    "",
  ]) {
    t.is((await send(wrong, whole)).status, 400, wrong);
  }
  t.is((await send(other, whole, whole.length + 1)).status, 400);
  t.is((await send(other, whole, whole.length - 1)).status, 400);
  t.is((await send(other, whole, 2 ** 31)).status, 413);
  t.deepEqual(readdirSync(join(data, "uploads")), []);
  // A bit that is not as it was, anywhere.
  for (const at of [0, 100, whole.length >> 1, whole.length - 10]) {
    const damaged = Buffer.from(whole);
    damaged[at] = damaged[at]! ^ 16;
    t.is((await send(other, damaged)).status, 200);
    const refused = await adopt({ ...entry, file: other });
    t.is(refused.status, 400, `${at}: ${refused.text}`);
    t.false(existsSync(join(data, "statfiles", other)));
  }
  t.is((await send(other, whole)).status, 200);
  t.is((await send(other, whole)).status, 400);
  for (const lie of [{ step: 20 }, { from: 0 }, { until: 10 }, { shard: 7 }, { bytes: 5 }]) {
    const refused = await adopt({ ...entry, file: other, ...lie });
    t.is(refused.status, 400, JSON.stringify(lie));
    await send(other, whole);
  }
  t.is((await adopt({ ...entry, file: `${tier}/${name}` })).status, 400);
  const unknown = await fetch(server.url("/_/import/file?file=..%2F..%2FFORMAT"), {
    headers: { authorization },
  });
  t.is(unknown.status, 404);
  t.is(await server.stop(), 0);
  t.is((await runCommand(["check", data])).code, 0);
  folder.remove();
});
