import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { parseSettingsFile, SETTINGS } from "../../src/config/settings.ts";
import { runCommand, temporaryFolder } from "../server.ts";

const CARBON = `
[cache]
LOCAL_DATA_DIR = /srv/whisper/
LINE_RECEIVER_INTERFACE = 10.0.0.1
LINE_RECEIVER_PORT = 2013
PICKLE_RECEIVER_PORT = 0
ENABLE_UDP_LISTENER = True
UDP_RECEIVER_PORT = 2003
MAX_CREATES_PER_MINUTE = 50
MAX_UPDATES_PER_SECOND = 500
USE_WHITELIST = True
WHISPER_AUTOFLUSH = False
[relay]
DESTINATIONS = 127.0.0.1:2004
`;
const SCHEMAS = `
[fast]
pattern = ^fast\\.
retentions = 10s:6h,1m:7d
[wrong]
pattern = ^wrong
retentions = 7s:1h,10s:2h
[all]
pattern = .*
retentions = 1m:30d
`;
const AGGREGATION = `
[sums]
pattern = \\.count$
xFilesFactor = 0
aggregationMethod = sum
`;

function files(): { path: string; conf: string; remove(): void } {
  const folder = temporaryFolder();
  const conf = join(folder.path, "carbon.conf");
  writeFileSync(conf, CARBON);
  writeFileSync(join(folder.path, "storage-schemas.conf"), SCHEMAS);
  writeFileSync(join(folder.path, "storage-aggregation.conf"), AGGREGATION);
  writeFileSync(join(folder.path, "whitelist.conf"), "^fast\n");
  return { ...folder, conf };
}

test("schemas check says what applies, what does not, and what a name gets", async (t) => {
  const { path, conf, remove } = files();
  const args = ["schemas", "check", "--carbon-conf", conf, "fast.a.count", "other", "a;b"];
  const { code, text } = await runCommand(args);
  t.is(code, 1);
  const lines = text.trimEnd().split("\n");
  const has = (line: string): void => {
    t.true(lines.includes(line), `${line}\n${text}`);
  };
  has("applies: LINE_RECEIVER_INTERFACE, _PORT: --carbon-listen 10.0.0.1:2013");
  has("applies: PICKLE_RECEIVER_INTERFACE, _PORT: --pickle-listen off");
  has("applies: MAX_CREATES_PER_MINUTE: --new-series-per-minute 50");
  has(`applies: USE_WHITELIST: --whitelist ${path}/whitelist.conf`);
  has(
    "does not apply: [cache] MAX_UPDATES_PER_SECOND = 500: datapoints go to a log at once, and nothing is held back",
  );
  has(
    "does not apply: [cache] UDP_RECEIVER_PORT = 2003: datagrams are received on the port of --carbon-listen, 2013",
  );
  t.true(lines.some((line) => line.startsWith("does not apply: [relay] DESTINATIONS")));
  has("to be imported: statite import whisper /srv/whisper/");
  t.true(lines.some((line) => /^warning: .*section \[wrong\] is left out: .*divide/.test(line)));
  has(
    "fast.a.count: schema [fast] keeps 10s for 6h, 1m for 7d; aggregation [sums] says sum, xFilesFactor 0",
  );
  has(
    "other: schema [all] keeps 1m for 30d; no aggregation section matches, the default says average, xFilesFactor 0.5",
  );
  has(
    "a;b: schema [all] keeps 1m for 30d; no aggregation section matches, the default says average, xFilesFactor 0.5",
  );
  remove();
});

test("schemas convert prints a file that statite takes", async (t) => {
  const { path, conf, remove } = files();
  const { code, text } = await runCommand(["schemas", "convert", "--carbon-conf", conf]);
  t.is(code, 0, text);
  const known = new Set<string>(SETTINGS.map(({ name }) => name));
  const settings = parseSettingsFile(text);
  t.true(Object.keys(settings).every((name) => known.has(name)));
  t.like(settings, {
    "carbon-listen": "10.0.0.1:2013",
    "pickle-listen": "off",
    schemas: join(path, "storage-schemas.conf"),
  });
  const ours = join(path, "statite.conf");
  writeFileSync(ours, text);
  const printed = await runCommand(["config", "print", "--config", ours]);
  t.regex(printed.text, /carbon-listen = 10\.0\.0\.1:2013/);
  remove();
});

const ISTATD = `
# server
--stat-port 18001
--http-port 8011
  --retention "10s:10d,5m:1y9d,5m:7d:week:0.9"
--store /var/db/istatd/store
--settings /var/db/istatd/settings
--rollup 1
--rollup 2
--flush 300
--log-level 1
--daemonize
--dont-translate-metric-names false
--prometheus-port 0
--max-matrics-count -1
--odd thing
`;

test("schemas check and convert read an istatd.cfg", async (t) => {
  const { path, remove } = files();
  const conf = join(path, "istatd.cfg");
  writeFileSync(conf, ISTATD);
  const { code, text } = await runCommand(["schemas", "check", "--istatd-conf", conf, "App.LOAD"]);
  t.is(code, 0, text);
  const lines = text.trimEnd().split("\n");
  for (const line of [
    "applies: stat-port: --istat-listen 0.0.0.0:18001",
    "applies: http-port: --istat-http-listen 0.0.0.0:8011",
    "applies: prometheus-port: --prometheus-listen off",
    "applies: retention: --retention 10s:10d,5m:1y9d,5m:7d:week:0.9",
    "applies: settings: --settings-dir /var/db/istatd/settings",
    "applies: rollup: --istat-rollup 2",
    "applies: log-level: --log-level warn",
    "applies: dont-translate-metric-names: --prometheus-names raw",
    "does not apply: [istatd] flush = 300: samples go to a log at once, and nothing is held back",
    "does not apply: [istatd] daemonize = : a service manager does this",
    "does not apply: [istatd] odd = thing: istatd has no such option",
    "to be imported: statite import istatd /var/db/istatd/store --settings /var/db/istatd/settings",
    "App.LOAD: as a counter of istatd app.load, keeps 10s for 10d, 5m for 1y9d, 5m for 7d (trailing, lambda 0.9)",
  ]) {
    t.true(lines.includes(line), `${line}\n${text}`);
  }
  t.true(lines.some((line) => line.startsWith("does not apply: [istatd] max-matrics-count")));

  const both = ["--istatd-conf", conf, "--carbon-conf", join(path, "carbon.conf")];
  const converted = await runCommand(["schemas", "convert", ...both]);
  t.is(converted.code, 0, converted.text);
  const ours = join(path, "statite.conf");
  writeFileSync(ours, converted.text);
  const printed = await runCommand(["config", "print", "--config", ours]);
  t.is(printed.code, 0, printed.text);
  t.regex(printed.text, /istat-listen = 0\.0\.0\.0:18001/);
  t.regex(printed.text, /carbon-listen = 10\.0\.0\.1:2013/);

  for (const wrong of ["stat-port 1", "--stat-port", "-- x"]) {
    writeFileSync(conf, wrong);
    const refused = await runCommand(["schemas", "check", "--istatd-conf", conf]);
    t.not(refused.code, 0, wrong);
    t.regex(refused.text, /istatd\.cfg: line 1/);
  }
  writeFileSync(conf, "--listen-address 10.0.0.2\n--retention 10s\n");
  const bad = await runCommand(["schemas", "check", "--istatd-conf", conf]);
  t.is(bad.code, 1);
  t.regex(bad.text, /applies: .*: --istat-listen 10\.0\.0\.2:8111/);
  t.regex(bad.text, /does not apply: \[istatd\] retention = 10s: .*interval:retention/);
  remove();
});

test("schemas without a file, or with one that is not there, is called wrongly", async (t) => {
  for (const args of [["check"], ["check", "--schemas", "/nowhere/x.conf"], ["convert"]]) {
    t.is((await runCommand(["schemas", ...args])).code, 2, args.join(" "));
  }
});
