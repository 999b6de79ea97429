import { writeFileSync } from "node:fs";
import test from "ava";
import { runCommand, temporaryFolder } from "../server.ts";

test("a file of settings is named by the flag or by the environment, for every command", async (t) => {
  const folder = temporaryFolder();
  const path = `${folder.path}/statite.conf`;
  writeFileSync(path, "max-series = 1234\nretention = 7s:1d\n");
  const other = `${folder.path}/other.conf`;
  writeFileSync(other, "max-series = 4321\n");
  const printed = /^max-series = 1234$.*/m;
  t.regex((await runCommand(["config", "print", "--config", path])).text, printed);
  const environment = { STATITE_CONFIG: path };
  t.regex((await runCommand(["config", "print"], environment)).text, printed);
  const both = await runCommand(["config", "print", "--config", other], environment);
  t.regex(both.text, /^max-series = 4321$/m);
  t.deepEqual(await runCommand(["config", "check"], environment), { code: 0, text: "all good\n" });
  writeFileSync(path, "max-series = many\n");
  const wrong = await runCommand(["config", "check"], environment);
  t.is(wrong.code, 1);
  t.regex(wrong.text, /max-series: many/);
  const missing = await runCommand(["config", "check", "--config", `${folder.path}/none`]);
  t.is(missing.code, 1);
  t.regex(missing.text, /none: ENOENT/);
  const valueless = await runCommand(["config", "print", "--config"]);
  t.is(valueless.code, 2);
  folder.remove();
});

test("a retention that cannot be read is found by the check, and is a usage error at the start", async (t) => {
  const folder = temporaryFolder();
  const flags = ["--retention", "10s:1d,5s:2d", "--data-dir", folder.path];
  const check = await runCommand(["config", "check", ...flags]);
  t.is(check.code, 1);
  t.regex(check.text, /retention: bad retention: each interval must be longer/);
  const start = await runCommand(["serve", ...flags]);
  t.is(start.code, 2);
  t.regex(start.text, /^statite: retention: bad retention: .*\n$/);
  folder.remove();
});
