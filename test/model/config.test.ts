import test from "ava";
import { parseIni } from "../../src/config/ini.ts";
import { loadSettings, parseSettingsFile } from "../../src/config/settings.ts";
import { readAggregations, readNameList, readSchemas } from "../../src/config/storage-files.ts";
import { parseIstatRetention, parseRetentions } from "../../src/model/retention.ts";
import { StorageRules } from "../../src/model/schema.ts";

test("carbon's retentions: bare durations are points, archives are sorted", (t) => {
  t.deepEqual(parseRetentions("60s:1d, 10s:360"), [
    { step: 10, seconds: 3600 },
    { step: 60, seconds: 86_400 },
  ]);
  t.deepEqual(parseRetentions("1m:2y"), [{ step: 60, seconds: 2 * 31_536_000 }]);
});

test("lists that break whisper's rules are refused", (t) => {
  for (const text of [
    "60",
    "60:x",
    "10s:1d,10s:2d",
    "10s:1d,15s:2d",
    "10s:2d,60s:1d",
    "60s:1min",
    "0:5",
    "60s:1d:x",
    // More levels than a plan has, and spans beyond what is exact.
    Array.from({ length: 17 }, (_, i) => `${2 ** i}s:${2 ** i * 1000}s`).join(","),
    `60s:${"9".repeat(400)}y`,
    `${"9".repeat(20)}:2`,
  ]) {
    t.throws(() => parseRetentions(text), { name: "GraphiteError" }, text);
  }
});

test("istat's retention adds durations up and ends in trailing levels", (t) => {
  t.deepEqual(parseIstatRetention("10s:10d,5m:1y9d,5m:7d:ret-7d:0.9"), [
    { step: 10, seconds: 864_000 },
    { step: 300, seconds: 31_536_000 + 9 * 86_400 },
    { step: 300, seconds: 604_800, lambda: 0.9 },
  ]);
  for (const text of [
    "10s",
    "0s:1d",
    "10s:5s",
    "10s:1d,5s:2d",
    "10s:1d:x:2",
    "10s:1d:x:0.5,1m:2d",
    "10 s:1d",
    Array.from({ length: 17 }, (_, i) => `${i + 1}s:1d`).join(","),
    `10s:${"9".repeat(400)}d`,
  ]) {
    t.throws(() => parseIstatRetention(text), { name: "GraphiteError" }, text);
  }
});

test("an INI file keeps semicolons in values and goes on in indented lines", (t) => {
  const [section] = parseIni("# c\n[a]\npattern = ^x;y=z$\nlong = 1\n  2\n; c\nrate=5%%\n");
  t.is(section?.values.get("pattern"), "^x;y=z$");
  t.is(section?.values.get("long"), "1\n2");
  t.is(section?.values.get("rate"), "5%");
  t.throws(() => parseIni("[a]\nnonsense\n"), { message: /line 2/ });
});

test("the first section that matches decides; a bad one is left out with a word", (t) => {
  const { rules, warnings } = readSchemas(
    "[bad]\npattern = (\nretentions = 1s:1d\n[fast]\npattern = ^fast\\.\nretentions = 1s:1d\n[all]\npattern = .*\nretentions = 60s:7d\n",
  );
  t.is(warnings.length, 1);
  const storage = new StorageRules(rules, null);
  t.is(storage.retentionsOf("fast.x")[0]?.step, 1);
  t.is(storage.retentionsOf("other")[0]?.step, 60);
  t.is(new StorageRules(null, null).retentionsOf("x")[0]?.step, 10);
});

test("without a file, what servers say of themselves is kept as carbon's own file has it", (t) => {
  const storage = new StorageRules(null, null);
  for (const name of ["carbon.agents.h-a.cpuUsage", "statite.series"]) {
    t.deepEqual(storage.retentionsOf(name), [{ step: 60, seconds: 90 * 86_400 }]);
    t.deepEqual(storage.changedRetentionsOf(name), [{ step: 60, seconds: 90 * 86_400 }]);
    t.is(new StorageRules([], null).retentionsOf(name)[0]?.seconds, 7 * 86_400);
  }
  t.is(storage.retentionsOf("carbonara.x")[0]?.step, 10);
});

test("a section whose retentions cannot be used leaves the series that exist alone", (t) => {
  const { rules, warnings } = readSchemas(
    "[bad]\npattern = ^a\nretentions = 60s\n[none]\npattern = ^b\n[all]\npattern = .*\nretentions = 60s:7d\n",
  );
  t.is(warnings.length, 2);
  const storage = new StorageRules(rules, null);
  for (const name of ["a.x", "b.x"]) {
    t.is(storage.retentionsOf(name)[0]?.step, 60);
    t.is(storage.changedRetentionsOf(name), null);
  }
  t.is(storage.changedRetentionsOf("c.x")?.[0]?.step, 60);
});

test("aggregation falls back value by value", (t) => {
  const { rules } = readAggregations(
    "[min]\npattern = \\.min$\naggregationMethod = min\n[x]\npattern = ^x\nxFilesFactor = 0\n",
  );
  const storage = new StorageRules(null, rules);
  t.like(storage.aggregationOf("a.min"), { method: "min", xFilesFactor: 0.5 });
  t.like(storage.aggregationOf("x.y"), { method: "average", xFilesFactor: 0 });
  t.is(readAggregations("[x]\npattern=a\nxFilesFactor = 2\n").warnings.length, 1);
});

test("name lists skip comments and bad patterns", (t) => {
  const { rules, warnings } = readNameList("# c\n^a\\.\n(\n\n");
  t.is(rules.length, 1);
  t.is(warnings.length, 1);
});

test("flag beats environment beats file beats default", (t) => {
  const file = parseSettingsFile("# c\ndata-dir = /file\nlog-level = warn\n");
  const settings = loadSettings({ "log-level": "debug" }, { STATITE_DATA_DIR: "/env" }, file);
  t.is(settings.dataDir, "/env");
  t.is(settings.logLevel, "debug");
  t.deepEqual(settings.carbon, { host: "127.0.0.1", port: 2003 });
});

test("addresses: off, a port, a host and a port, IPv6", (t) => {
  const of = (text: string): unknown =>
    loadSettings({ "http-listen": text, listen: "0.0.0.0" }, {}, {}).http;
  t.is(of("off"), null);
  t.deepEqual(of("80"), { host: "0.0.0.0", port: 80 });
  t.deepEqual(of(":80"), { host: "0.0.0.0", port: 80 });
  t.deepEqual(of("h:80"), { host: "h", port: 80 });
  t.deepEqual(of("[::1]:80"), { host: "::1", port: 80 });
  t.throws(() => of("x"), { message: /http-listen/ });
});

test("an unknown key names the nearest one; what is not there yet is an error", (t) => {
  t.throws(() => parseSettingsFile("data-dri = x\n"), { message: /data-dir/ });
  t.throws(() => loadSettings({ "replica-of": "x" }, {}, {}), { message: /not available/ });
  t.throws(() => loadSettings({ "wal-sync-ms": "x" }, {}, {}), { message: /wal-sync-ms/ });
  t.throws(() => loadSettings({ "time-zone": "Mars" }, {}, {}), { message: /time-zone/ });
  t.throws(() => loadSettings({ retention: "10s" }, {}, {}), {
    message: /^retention: bad retention/,
  });
});
