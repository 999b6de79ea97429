import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { filedumpRows } from "../../compat/istatd/filedump.ts";
import { IstatdFile } from "../../compat/istatd/istatd-file.ts";
import { ControlClient, ServerError } from "../../src/cli/control-client.ts";
import { gaugeFile, gaugeSample, put } from "../compat/istatd/made-store.ts";
import { eventually, runCommand, TestServer, temporaryFolder } from "../server.ts";

test.after.always(() => TestServer.killAll());

const now = Math.floor(Date.now() / 1000);

/** Counters with ten seconds for an hour and five minutes for a day. */
function fill(store: string, counters: number): void {
  const slots = Array.from({ length: 288 }, (_, i) => i);
  const minutes = gaugeFile(
    300,
    slots.map((i) => gaugeSample(now - (288 - i) * 300, (i * 7919) % 1000)),
  );
  const seconds = gaugeFile(
    10,
    slots.map((i) => gaugeSample(now - (288 - i) * 10, (i * 31) % 97)),
  );
  for (let i = 0; i < counters; i++) {
    put(store, `app.c${i}`, "10s", seconds);
    put(store, `app.c${i}`, "5m", minutes);
  }
}

test("an istatd store comes in, offline and beside a server, and goes out again", async (t) => {
  const [store, data] = [temporaryFolder(), temporaryFolder()];
  fill(store.path, 300);
  const settings = join(store.path, "../settings");
  mkdirSync(join(data.path, "old"), { recursive: true });
  const old = join(data.path, "old");
  const folder = join(data.path, "data");
  writeFileSync(join(old, "global.set"), '# istatd settings 1\ndashboard.main={\\"a\\":1}\n');
  writeFileSync(join(old, "users.set"), "# istatd settings 1\nuser.ann={}\n");
  t.false(existsSync(settings));

  const base = ["import", "istatd", store.path, "--data-dir", folder];
  const command = [...base, "--settings", old, "--verify"];
  const child = spawn(process.execPath, ["dist/src/cli/main.js", ...command], { stdio: "ignore" });
  const exit = new Promise<NodeJS.Signals | null>((resolve) =>
    child.on("exit", (_, signal) => resolve(signal)),
  );
  const files = join(folder, "statfiles");
  await eventually(() => Promise.resolve(existsSync(files) && readdirSync(files)[0]));
  child.kill("SIGKILL");
  t.is(await exit, "SIGKILL");
  const { code, text } = await runCommand(command);
  t.is(code, 0, text);
  t.regex(text, /verified 600 files: all 172,\d{3} points are there/);
  t.regex(text, /imported 2 containers of settings\n/);
  const again = await runCommand(command);
  t.regex(again.text, / 0 points written, 0 series new; nothing left out/);
  t.regex(again.text, /imported 0 containers of settings; 2 containers there already/);
  t.is((await runCommand(["check", folder])).code, 0);

  const server = await TestServer.start(folder);
  const values = await server.values("app.c7", now - 80_000, now - 40_000);
  t.true(values.size > 120);
  // What is new meanwhile goes to the server, and settings do.
  put(store.path, "new.one", "10s", gaugeFile(10, [gaugeSample(now - 60, 5)]));
  writeFileSync(join(old, "ann.set"), "dashboard.mine=1\n");
  const beside = await runCommand(command);
  t.is(beside.code, 0, beside.text);
  t.regex(beside.text, / 1 point written, 1 series new; nothing left out/);
  t.regex(beside.text, /imported 1 container of settings; 2 containers there already/);
  const fresh = await server.values("new.one", now - 120, now);
  t.deepEqual([...fresh.values()], [5]);
  const client = new ControlClient(folder);
  for (const containers of [[["a/b", []]], [["a", [["k", 1]]]], 7]) {
    const bad = client.call("POST", "/_/import/settings", { containers });
    await t.throwsAsync(bad, { instanceOf: ServerError });
  }
  for (const one of [{ mode: "odd" }, { tiers: [[10, 100, 0.5]] }, { tiers: [[10, 100, 1]] }]) {
    const series = [{ name: "x", tiers: [[10, 100]], ...one }];
    const bad = client.call("POST", "/_/import/place", { series });
    await t.throwsAsync(bad, { instanceOf: ServerError });
  }

  const out = join(data.path, "out");
  const chosen = ["--data-dir", folder, "--match", "app.c[12]"];
  const exported = await runCommand(["export", "istatd", out, ...chosen]);
  t.is(exported.code, 0, exported.text);
  t.regex(exported.text, /exported 4 files with 1,15\d points; nothing left out/);
  const file = IstatdFile.open(join(out, "app/c1/5m"));
  const rows = [...filedumpRows(file)].join("");
  file.close();
  const one = ["export", "csv", "--data-dir", folder, "--match", "app.c1", "--layout", "filedump"];
  const printed = await runCommand([...one, "--tier", "1"]);
  t.is(printed.text, rows);
  t.is((await runCommand([...one, "--match", "app.*"])).code, 2);
  t.is((await runCommand([...one, "--layout", "other"])).code, 2);
  await server.stop();
  for (const temporary of [store, data]) temporary.remove();
});

test("a dry run says what there is, and what is called wrongly is said", async (t) => {
  const [store, data] = [temporaryFolder(), temporaryFolder()];
  fill(store.path, 2);
  const base = ["import", "istatd", store.path, "--data-dir", join(data.path, "data")];
  const dry = await runCommand([
    ...base,
    "--dry-run",
    "--match",
    "app.c1",
    "--settings",
    data.path,
  ]);
  t.is(dry.code, 0, dry.text);
  t.regex(dry.text, /2 files with 57\d points could be imported; nothing left out/);
  t.regex(dry.text, /0 containers of settings could be imported/);
  t.deepEqual(readdirSync(data.path), []);
  for (const wrong of [
    ["--retention", "10s"],
    ["--settings", "/nowhere"],
    ["--prefix", "a..b"],
  ]) {
    t.is((await runCommand([...base, ...wrong])).code, 2, wrong.join(" "));
  }
  const short = await runCommand([...base, "--retention", "10s:1h,5m:1d", "--prefix", "old"]);
  t.is(short.code, 0, short.text);
  for (const temporary of [store, data]) temporary.remove();
});
