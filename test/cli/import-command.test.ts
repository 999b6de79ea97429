import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { writeWhisper } from "../../compat/whisper/write-whisper.ts";
import { ControlClient, ServerError } from "../../src/cli/control-client.ts";
import { eventually, runCommand, TestServer, temporaryFolder } from "../server.ts";

test.after.always(() => TestServer.killAll());

const now = Math.floor(Date.now() / 1000);

/** Files of ten-second values for an hour, minutes for a day and ten minutes for ten days. */
function fill(tree: string, series: number): void {
  const archives = [
    { step: 10, points: 360 },
    { step: 60, points: 1440 },
    { step: 600, points: 1440 },
  ];
  const kept = archives.map(({ step, points }) => ({
    firstSlot: Math.floor(now / step) - points + 1,
    values: Float64Array.from({ length: points }, (_, i) => (i * 7919) % 1000),
  }));
  mkdirSync(join(tree, "web"));
  for (let i = 0; i < series; i++) {
    const path = join(tree, `web/s${i}.wsp`);
    writeWhisper(path, { method: "max", xFilesFactor: 0.5, archives }, (one) => kept[one]!);
  }
}

test("an import that is killed is done by the same command, and the server answers with it", async (t) => {
  const tree = temporaryFolder();
  const data = temporaryFolder();
  fill(tree.path, 400);
  const command = ["import", "whisper", tree.path, "--data-dir", data.path, "--verify"];
  const child = spawn(process.execPath, ["dist/src/cli/main.js", ...command], { stdio: "ignore" });
  const exit = new Promise<NodeJS.Signals | null>((resolve) =>
    child.on("exit", (_, signal) => resolve(signal)),
  );
  const files = join(data.path, "statfiles");
  await eventually(() => Promise.resolve(existsSync(files) && readdirSync(files)[0]));
  child.kill("SIGKILL");
  t.is(await exit, "SIGKILL");
  const { code, text } = await runCommand(command);
  t.is(code, 0, text);
  t.regex(text, /verified 400 files: all 1,29\d,\d{3} points are there/);
  const again = await runCommand(command.slice(0, -1));
  t.regex(again.text, / 0 points written, 0 series new; nothing left out/);
  t.is((await runCommand(["check", data.path])).code, 0);

  const server = await TestServer.start(data.path);
  const values = await server.values("web.s7", now - 9 * 86_400, now - 8 * 86_400);
  t.is(values.size, 144);
  // The server has the store now, and has nothing to take.
  const beside = await runCommand(command);
  t.is(beside.code, 0, beside.text);
  t.regex(beside.text, / 0 points written, 0 series new; nothing left out/);
  // It may go out again meanwhile.
  const out = join(tree.path, "out");
  const from = ["--data-dir", data.path, "--match", "web.s[12]"];
  const exported = await runCommand(["export", "whisper", out, ...from]);
  t.is(exported.code, 0, exported.text);
  t.regex(exported.text, /exported 2 files with 6,4\d\d points; nothing left out/);
  t.deepEqual(readdirSync(join(out, "web")), ["s1.wsp", "s2.wsp"]);
  // Ten minutes of two hours ago.
  const range = ["--from", `${now - 7200}`, "--until", `${now - 6600}`, "--tier", "1"];
  const lines = await runCommand(["export", "carbon", ...from, ...range]);
  t.is(lines.text.split("\n").filter((line) => /^web\.s[12] \d+ \d+$/.test(line)).length, 20);
  const rows = await runCommand(["export", "csv", ...from, ...range]);
  t.is(rows.text.split("\n").length, 22);
  t.is((await runCommand(["export", "csv", "--data-dir", data.path, "--match", "no"])).code, 1);
  t.is((await runCommand(["export", "csv", ...from, "--from", "now", "--until", "-1h"])).code, 2);
  t.is(await server.stop(), 0);
  tree.remove();
  data.remove();
});

/** What an import says of a file. */
function imported(file: string): object {
  const numbers = { step: 10, retention: 3600, from: 0, until: 3600, imported: 1, created: 0 };
  return { file, ...numbers, shard: null, bytes: 200, footerCrc: 1 };
}

test("a running server takes an import in, and goes on with it after a crash", async (t) => {
  const tree = temporaryFolder();
  const data = temporaryFolder();
  fill(tree.path, 300);
  const server = await TestServer.start(data.path);
  // Of one series there is something already, in a slot that the file has, too.
  const slot = Math.floor(now / 10) * 10 - 600;
  await server.send("carbon", `web.s5 -5 ${slot}\n`);
  await eventually(async () => {
    const values = await server.values("web.s5", slot - 1, slot);
    return values.size > 0 ? true : undefined;
  });
  const command = ["import", "whisper", tree.path, "--data-dir", data.path, "--verify"];
  const { code, text } = await runCommand(command);
  t.is(code, 0, text);
  t.regex(text, /299 series new; nothing left out/);
  const old = (one: TestServer): Promise<Map<number, number>> =>
    one.values("web.s7", now - 9 * 86_400, now - 8 * 86_400);
  const before = await old(server);
  t.is(before.size, 144);
  const mixed = await server.values("web.s5", slot - 20, slot + 10);
  t.is(mixed.get(slot), -5);
  t.is(mixed.size, 3);
  t.regex((await runCommand(command)).text, / 0 points written, 0 series new; nothing left out/);
  // Nobody but an import gets anything in this way.
  const client = new ControlClient(data.path);
  const wrong: [string, unknown][] = [
    ["place", {}],
    ["place", { series: [{ name: "a..b", tiers: [[60, 3600]] }] }],
    ["place", { series: [{ name: "a", tiers: [] }] }],
    ["place", { series: [{ name: "a", tiers: [[0, 3600]] }] }],
    ["adopt", { files: [{ file: "../../etc/passwd" }] }],
    ["adopt", { files: [imported("10-3600/import-9-9.statfile")] }],
    ["adopt", { files: [imported("10-3600/window-1-2-3.statfile")] }],
  ];
  for (const [route, body] of wrong) {
    const call = client.call("POST", `/_/import/${route}`, body);
    await t.throwsAsync(call, { instanceOf: ServerError }, JSON.stringify(body));
  }
  const unknown = await fetch(server.url("/_/import/place"), { method: "POST", body: "{}" });
  t.true(unknown.status >= 400);
  await server.stop("SIGKILL");
  const again = await TestServer.start(data.path);
  t.deepEqual(await old(again), before);
  t.is((await again.values("web.s5", slot - 1, slot)).get(slot), -5);
  t.is(await again.stop(), 0);
  t.is((await runCommand(["check", data.path])).code, 0);
  tree.remove();
  data.remove();
});

test("what is left out is named, and the exit status says so", async (t) => {
  const tree = temporaryFolder();
  const data = temporaryFolder();
  fill(tree.path, 2);
  writeFileSync(join(tree.path, "web/bad.wsp"), "no");
  const args = ["import", "whisper", tree.path, "--data-dir", data.path];
  // By the clock a ring may just have lost its oldest place.
  const dry = await runCommand([...args, "--dry-run"]);
  t.regex(dry.text, /2 files with 6,4[78]\d points could be imported; 1 file left out/);
  t.deepEqual(readdirSync(data.path), []);
  const { code, text } = await runCommand(args);
  t.is(code, 1);
  t.regex(text, /left out: web\/bad.wsp: it is too short/);
  t.regex(
    text,
    /imported 2 files .*: (6,4[78]\d) points, \1 points written, 2 series new; 1 file left out/,
  );
  for (const wrong of [
    [...args, "--since", "some day"],
    [...args, "--prefix", "a..b"],
    [...args, "--max-series", "x"],
    ["import", "whisper", join(tree.path, "nowhere")],
  ]) {
    t.is((await runCommand(wrong)).code, 2, wrong.join(" "));
  }
  tree.remove();
  data.remove();
});
