import test from "ava";
import { eventually, runCommand, TestServer, temporaryFolder } from "../server.ts";

test.after.always(() => TestServer.killAll());

const now = (): number => Math.floor(Date.now() / 1000);

test("statite delete shows, deletes, and stays deleted through kill -9", async (t) => {
  const folder = temporaryFolder();
  const server = await TestServer.start(folder.path);
  const time = now() - (now() % 10) - 60;
  const lines = (value: number): string =>
    ["old.a", "old.b", "kept.c", "old;env=x"].map((n) => `${n} ${value} ${time}\n`).join("");
  await server.send("carbon", lines(1));
  const values = (target: string): Promise<Map<number, number>> =>
    server.values(target, time - 60, time + 60);
  await eventually(async () => ((await values("kept.c")).size > 0 ? true : undefined));

  const run = (...args: string[]): ReturnType<typeof runCommand> =>
    runCommand(["delete", ...args, "--data-dir", folder.path]);
  const dry = await run("old.*", 'seriesByTag("env=x")', "--dry-run");
  t.is(dry.code, 0);
  t.is(dry.text, "old.a\nold.b\nold;env=x\n3 series would be deleted\n");
  t.is((await values("old.a")).size, 1);

  const asked = await run("old.*");
  t.is(asked.code, 2);
  t.regex(asked.text, /nobody can be asked here: add --yes/);
  const done = await run("old.*", 'seriesByTag("env=x")', "--yes");
  t.deepEqual(done, { code: 0, text: "3 series deleted\n" });
  t.is((await values("old.a")).size, 0);
  t.deepEqual(await server.json("/metrics/find?query=*&format=json"), [
    { path: "kept", is_leaf: false },
  ]);
  t.regex(server.log, /"series":3,"patterns":\["old\.\*".*"msg":"series deleted"/);
  const none = await run("old.*", "--yes");
  t.deepEqual(none, { code: 1, text: "0 series deleted\n" });

  await server.stop("SIGKILL");
  const second = await TestServer.start(folder.path);
  t.deepEqual(await second.json("/metrics/find?query=*&format=json"), [
    { path: "kept", is_leaf: false },
  ]);
  // What comes later under the name is another series.
  await second.send("carbon", `old.a 7 ${time + 10}\n`);
  await eventually(async () => {
    const found = await second.values("old.a", time - 60, time + 60);
    if (found.size === 0) return undefined;
    t.deepEqual([...found], [[time + 10, 7]]);
    return true;
  });
  t.is((await second.values("kept.c", time - 60, time + 60)).get(time), 1);
  t.is(await second.stop(), 0);
  const check = await runCommand(["check", folder.path]);
  t.is(check.code, 0, check.text);
  const stopped = await run("old.*", "--yes");
  t.is(stopped.code, 1);
  t.regex(stopped.text, /no server runs on/);
  folder.remove();
});
