import { isIP } from "node:net";
import cron from "node-cron";
import { GraphiteError } from "../model/errors.ts";
import { parseInterval } from "../model/interval.ts";
import { nearestName } from "../model/nearest-name.ts";
import { parseIstatRetention, type Retention } from "../model/retention.ts";

/** One setting: a flag, a key of the configuration file and an environment variable. */
export interface SettingSpec {
  /** Name of the flag without dashes in front, and of the key. */
  name: string;
  /** Null: not set. */
  fallback: string | null;
  argument: string;
  help: string;
  /** The feature is not in this version; setting it is an error. */
  notYet?: true;
}

const spec = (
  name: string,
  fallback: string | null,
  argument: string,
  help: string,
): SettingSpec => ({ name, fallback, argument, help });

const later = (name: string, argument: string, help: string): SettingSpec => ({
  ...spec(name, null, argument, help),
  notYet: true,
});

/** All settings of `statite serve`, in the order in which help lists them. */
export const SETTINGS: readonly SettingSpec[] = [
  spec("data-dir", "./data", "DIR", "where everything is stored"),
  spec("listen", "127.0.0.1", "ADDR", "host of every listener that names none"),
  spec("http-listen", "8080", "HOST:PORT", "Graphite API"),
  spec("carbon-listen", "2003", "HOST:PORT", "carbon plaintext, TCP and UDP"),
  spec("pickle-listen", "2004", "HOST:PORT", "carbon pickle, TCP"),
  spec("istat-listen", "8111", "HOST:PORT", "istat lines, TCP and UDP"),
  spec("istat-http-listen", "8000", "HOST:PORT", "istatd's HTTP API"),
  spec(
    "local-stats",
    null,
    "SUFFIX",
    "counters localstat.NAME.SUFFIX about this machine; or ^host.A",
  ),
  spec("host-blacklist", null, "FILE", "hosts whose istat lines are refused, one a line"),
  spec("admin-listen", "off", "HOST:PORT", "istatd's admin port; without a host on 127.0.0.1"),
  spec("prometheus-listen", "off", "HOST:PORT", "what istat lines say, for Prometheus"),
  spec(
    "prometheus-tags",
    null,
    "FILE",
    "tags beside host, role, class, pool and cluster, one a line",
  ),
  spec("prometheus-names", "translated", "HOW", "translated, or raw: as istatd keeps names"),
  spec("prometheus-gauge-seconds", "30", "N", "how long a gauge that gets nothing is shown"),
  spec("prometheus-max-series", "1000000", "N", "series that Prometheus is shown"),
  spec("settings-dir", null, "DIR", "istatd's settings, taken over where there are none yet"),
  spec("files-dir", null, "DIR", "files that istatd's HTTP API serves"),
  spec("schemas", null, "FILE", "carbon's storage-schemas.conf"),
  spec("aggregation", null, "FILE", "carbon's storage-aggregation.conf"),
  spec("whitelist", null, "FILE", "carbon's whitelist.conf"),
  spec("blacklist", null, "FILE", "carbon's blacklist.conf"),
  spec("quotas", null, "FILE", "how many series there may be below a prefix"),
  spec("new-series-per-minute", "20000", "N", "new series in the long run; 0: no limit"),
  spec("retention", "10s:10d,5m:1y9d,1h:6y12d", "LEVELS", "retention levels of istat counters"),
  spec("istat-rollup", "0", "N", "levels of parents that an istat line also feeds"),
  spec("time-zone", "UTC", "ZONE", "zone of times in requests that name none"),
  spec("wal-sync-ms", "1000", "N", "milliseconds of data that a power cut may cost"),
  spec("scrub-schedule", "30 3 * * *", "CRON", "when all files are verified; off: never"),
  spec("scrub-mib-per-second", "20", "N", "MiB that are verified in a second"),
  spec("max-series", "16000000", "N", "series that memory is reserved for"),
  spec("self-metrics-seconds", "60", "N", "seconds between own numbers as series; 0: none"),
  spec("auth-file", null, "FILE", "who may do what over HTTP; statite auth makes its lines"),
  spec("tls-cert", null, "FILE", "certificate for HTTPS, PEM, with its chain"),
  spec("tls-key", null, "FILE", "key of the certificate, PEM"),
  spec("http-prefix", null, "PATH", "path below which the HTTP API is, such as /graphite"),
  spec("trusted-proxies", null, "ADDRS", "addresses and networks whose X-Forwarded-* is believed"),
  spec("event-retention", null, "SPAN", "how long events are kept, 2y for instance; else for ever"),
  spec("snapshot-dir", null, "DIR", "folder for scheduled snapshots; without one there are none"),
  spec("snapshot-schedule", "30 3 * * *", "CRON", "when they are made, as cron has it, local time"),
  spec("snapshot-keep", "7", "N", "how many of them are kept"),
  spec("http-hosts", null, "NAMES", "what the server is called by those that write over HTTP"),
  spec(
    "cors-origins",
    null,
    "ORIGINS",
    "origins whose pages may use the HTTP API; *: any may read",
  ),
  spec("access-log", "debug", "LEVEL", "a line per HTTP request: off, trace, debug or info"),
  spec(
    "response-cache-mb",
    "64",
    "N",
    "MiB for answers about the past that are given again; 0: none",
  ),
  spec(
    "query-seconds-per-minute",
    "0",
    "N",
    "what queries of a user and dashboard may take; 0: no limit",
  ),
  spec("whisper-dir", null, "DIR", "a whisper tree that answers for what the store does not have"),
  spec("whisper-tagged-names", null, "FILE", "names of its tagged series, one a line"),
  spec("istatd-store", null, "DIR", "an istatd store that answers for what this one does not have"),
  spec("rescan-seconds", "60", "N", "seconds between two looks for new files in these"),
  spec(
    "forward",
    null,
    "HOST:PORT,…",
    "statites or istatds to which all that is received is sent on",
  ),
  spec("forward-spool-mib", "1024", "N", "MiB on disk for what a receiver has not got yet, each"),
  spec("forward-interval", "10", "N", "seconds between batches that are sent on"),
  spec("forward-step", "10", "N", "seconds of samples of a counter that are sent on as one line"),
  spec("log-level", "info", "LEVEL", "trace, debug, info, warn, error or silent"),
  later("replica-of", "URL", "follow another statite"),
];

/** Where a listener listens; null for off. */
export type Address = { host: string; port: number } | null;

export interface Settings {
  dataDir: string;
  http: Address;
  carbon: Address;
  pickle: Address;
  istat: Address;
  istatHttp: Address;
  hostBlacklist: string | null;
  /** What stands behind the names of counters about this machine; null: there are none. */
  localStats: string | null;
  /** On this machine only, unless a host is given. */
  admin: Address;
  /** Null: there is no such port. */
  prometheus: PrometheusSettings | null;
  /** Null: there are none. */
  settingsDir: string | null;
  filesDir: string | null;
  schemas: string | null;
  aggregation: string | null;
  whitelist: string | null;
  blacklist: string | null;
  quotas: string | null;
  /** 0: no limit. */
  newSeriesPerMinute: number;
  retention: readonly Retention[];
  /** Levels of counters above those of an istat line that it also feeds. */
  istatRollUp: number;
  timeZone: string;
  walSyncMs: number;
  /** In cron's words; null: never. */
  scrubSchedule: string | null;
  scrubMibPerSecond: number;
  maxSeries: number;
  /** 0: never. */
  selfMetricsSeconds: number;
  authFile: string | null;
  /** Both or neither. */
  tlsCert: string | null;
  tlsKey: string | null;
  /** Begins with a slash and does not end with one; empty for none. */
  httpPrefix: string;
  trustedProxies: readonly string[];
  /** Seconds; null: for ever. */
  eventRetention: number | null;
  /** Null: none are scheduled. */
  snapshots: { folder: string; when: string; keep: number } | null;
  httpHosts: readonly string[];
  corsOrigins: readonly string[];
  accessLog: AccessLog;
  /** 0: no limit. */
  querySecondsPerMinute: number;
  /** 0: no cache. */
  responseCacheMb: number;
  /** Null: none is read. */
  whisperDir: string | null;
  whisperTaggedNames: string | null;
  istatdStore: string | null;
  rescanSeconds: number;
  /** Null: nothing is sent on. */
  forward: ForwardSettings | null;
  logLevel: string;
}

export interface PrometheusSettings {
  address: NonNullable<Address>;
  /** A file of tags. */
  tags: string | null;
  names: "translated" | "raw";
  gaugeSeconds: number;
  maxSeries: number;
}

export interface ForwardSettings {
  destinations: readonly { host: string; port: number }[];
  /** Of the spool of each. */
  spoolMib: number;
  /** Seconds between batches. */
  interval: number;
  /** Seconds of samples of a counter that become one line. */
  step: number;
}

const ACCESS_LOGS = ["off", "trace", "debug", "info"] as const;
export type AccessLog = (typeof ACCESS_LOGS)[number];

/** Names have seldom more levels, and each costs a sample. */
const MAX_ROLL_UP = 32;

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "silent"];

/** Texts of settings by name, from one source. */
export type SettingTexts = Readonly<Record<string, string | undefined>>;

export function environmentName(name: string): string {
  return `STATITE_${name.toUpperCase().replaceAll("-", "_")}`;
}

/** Text of every setting from the first source that has it: flag > environment > file > default. */
export function settingTexts(
  flags: SettingTexts,
  environment: SettingTexts,
  file: SettingTexts,
): Map<string, string | null> {
  return new Map(
    SETTINGS.map(({ name, fallback }) => [
      name,
      flags[name] ?? environment[environmentName(name)] ?? file[name] ?? fallback,
    ]),
  );
}

/** @throws GraphiteError ERR_CONFIG for a value that cannot be, naming the setting */
export function loadSettings(...sources: Parameters<typeof settingTexts>): Settings {
  const texts = settingTexts(...sources);
  const text = (name: string): string | null => texts.get(name) ?? null;
  for (const setting of SETTINGS) {
    if (setting.notYet === true && text(setting.name) !== null) {
      throw bad(`${setting.name}: not available in this version`);
    }
  }
  const listen = text("listen")!;
  const address = (name: string): Address => parseAddress(name, text(name)!, listen);
  const level = text("log-level")!;
  if (!LOG_LEVELS.includes(level)) throw bad(`log-level: one of ${LOG_LEVELS.join(", ")}`);
  return {
    dataDir: text("data-dir")!,
    http: address("http-listen"),
    carbon: address("carbon-listen"),
    pickle: address("pickle-listen"),
    istat: address("istat-listen"),
    istatHttp: address("istat-http-listen"),
    hostBlacklist: text("host-blacklist"),
    localStats: suffix(text("local-stats")),
    admin: parseAddress("admin-listen", text("admin-listen")!, "127.0.0.1"),
    prometheus: prometheus(text, address),
    settingsDir: text("settings-dir"),
    filesDir: text("files-dir"),
    schemas: text("schemas"),
    aggregation: text("aggregation"),
    whitelist: text("whitelist"),
    blacklist: text("blacklist"),
    quotas: text("quotas"),
    newSeriesPerMinute: number(
      "new-series-per-minute",
      text("new-series-per-minute")!,
      0,
      100_000_000,
    ),
    retention: retention(text("retention")!),
    istatRollUp: number("istat-rollup", text("istat-rollup")!, 0, MAX_ROLL_UP),
    timeZone: zone(text("time-zone")!),
    walSyncMs: number("wal-sync-ms", text("wal-sync-ms")!, 1, 3_600_000),
    scrubSchedule: schedule("scrub-schedule", text("scrub-schedule")!),
    scrubMibPerSecond: number("scrub-mib-per-second", text("scrub-mib-per-second")!, 1, 100_000),
    maxSeries: number("max-series", text("max-series")!, 1, 100_000_000),
    selfMetricsSeconds: number("self-metrics-seconds", text("self-metrics-seconds")!, 0, 86_400),
    authFile: text("auth-file"),
    ...tlsFiles(text("tls-cert"), text("tls-key")),
    httpPrefix: prefix(text("http-prefix") ?? ""),
    trustedProxies: list(text("trusted-proxies")).map(network),
    eventRetention: span("event-retention", text("event-retention")),
    snapshots: snapshots(text),
    httpHosts: list(text("http-hosts")).map((name) => name.toLowerCase()),
    corsOrigins: list(text("cors-origins")).map(origin),
    accessLog: accessLog(text("access-log")!),
    querySecondsPerMinute: number(
      "query-seconds-per-minute",
      text("query-seconds-per-minute")!,
      0,
      100_000,
    ),
    responseCacheMb: number("response-cache-mb", text("response-cache-mb")!, 0, 65_536),
    whisperDir: text("whisper-dir"),
    whisperTaggedNames: text("whisper-tagged-names"),
    istatdStore: text("istatd-store"),
    rescanSeconds: number("rescan-seconds", text("rescan-seconds")!, 1, 86_400),
    forward: forward(text),
    logLevel: level,
  };
}

function prometheus(
  text: (name: string) => string | null,
  address: (name: string) => Address,
): PrometheusSettings | null {
  const names = text("prometheus-names")!;
  if (names !== "translated" && names !== "raw") {
    throw bad("prometheus-names: one of translated, raw");
  }
  const [gauges, most] = ["prometheus-gauge-seconds", "prometheus-max-series"] as const;
  const gaugeSeconds = number(gauges, text(gauges)!, 1, 86_400);
  const maxSeries = number(most, text(most)!, 1, 20_000_000);
  const listen = address("prometheus-listen");
  if (listen === null) return null;
  return { address: listen, tags: text("prometheus-tags"), names, gaugeSeconds, maxSeries };
}

function suffix(text: string | null): string | null {
  if (text === null || text === "") return null;
  if (!/^[!-~]{1,500}$/.test(text)) {
    throw bad(
      `local-stats: ${text.slice(0, 100)} is no suffix; an example is ^host.web1^class.web`,
    );
  }
  return text;
}

function forward(text: (name: string) => string | null): ForwardSettings | null {
  const destinations = list(text("forward")).map((one) => {
    const match = /^(\[[^\]]+\]|[^:[\]]+):(\d+)$/.exec(one);
    const port = Number(match?.[2]);
    if (match === null || port < 1 || port > 65_535) throw bad(`forward: ${one} is not HOST:PORT`);
    return { host: match[1]!.replace(/^\[|\]$/g, ""), port };
  });
  const spoolMib = number("forward-spool-mib", text("forward-spool-mib")!, 16, 1_000_000);
  const interval = number("forward-interval", text("forward-interval")!, 1, 3600);
  const step = number("forward-step", text("forward-step")!, 1, 3600);
  const keys = destinations.map(({ host, port }) => `${host}:${port}`);
  const twice = keys.find((key, i) => keys.indexOf(key) !== i);
  if (twice !== undefined) throw bad(`forward: ${twice} is there twice`);
  return destinations.length === 0 ? null : { destinations, spoolMib, interval, step };
}

function snapshots(text: (name: string) => string | null): Settings["snapshots"] {
  const when = text("snapshot-schedule")!;
  if (!cron.validate(when)) {
    throw bad(`snapshot-schedule: ${when} is no cron expression; an example is 30 3 * * *`);
  }
  const keep = number("snapshot-keep", text("snapshot-keep")!, 1, 10_000);
  const folder = text("snapshot-dir");
  return folder === null ? null : { folder, when, keep };
}

/**
 * Reads a configuration file: `key = value` lines, `#` comments. Keys are the names of flags.
 *
 * @throws GraphiteError ERR_CONFIG with the line, and the nearest name for an unknown key
 */
export function parseSettingsFile(text: string): SettingTexts {
  const texts: Record<string, string> = {};
  text.split(/\r?\n/).forEach((line, i) => {
    const trimmed = line.trim();
    if (trimmed === "" || trimmed.startsWith("#")) return;
    const pair = /^([^=]*?)\s*=\s*(.*)$/.exec(trimmed);
    if (pair === null) throw bad(`line ${i + 1}: not key = value`);
    const name = pair[1]!;
    if (!SETTINGS.some((setting) => setting.name === name)) {
      const nearest = nearestName(
        name,
        SETTINGS.map((setting) => setting.name),
      );
      throw bad(`line ${i + 1}: there is no setting ${name}; did you mean ${nearest}?`);
    }
    texts[name] = pair[2]!;
  });
  return texts;
}

/** `off`, PORT, :PORT, HOST:PORT or [IPV6]:PORT. */
function parseAddress(name: string, text: string, listen: string): Address {
  if (text === "off") return null;
  const match = /^(?:(\[[^\]]+\]|[^:[\]]*):)?(\d+)$/.exec(text);
  const port = Number(match?.[2]);
  if (match === null || port > 65_535) throw bad(`${name}: ${text} is not HOST:PORT or off`);
  const host = match[1] === undefined || match[1] === "" ? listen : match[1];
  return { host: host.replace(/^\[|\]$/g, ""), port };
}

function number(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw bad(`${name}: ${text} is not a number from ${min} to ${max}`);
  }
  return value;
}

/** Separated by commas or blanks. */
function list(text: string | null): string[] {
  return (text ?? "").split(/[\s,]+/).filter((item) => item !== "");
}

/** As a browser writes it: `https://graphs.example.com`, a port only where it is not the usual one. */
function origin(text: string): string {
  if (text === "*") return text;
  const written = URL.canParse(text) ? new URL(text).origin : "null";
  if (written === "null" || !/^https?:\/\/[^/]+\/?$/.test(text)) {
    throw bad(`cors-origins: ${text} is no origin; an example is https://graphs.example.com`);
  }
  return written;
}

function tlsFiles(
  tlsCert: string | null,
  tlsKey: string | null,
): Pick<Settings, "tlsCert" | "tlsKey"> {
  if ((tlsCert === null) !== (tlsKey === null)) {
    throw bad(`${tlsCert === null ? "tls-cert" : "tls-key"}: tls-cert and tls-key go together`);
  }
  return { tlsCert, tlsKey };
}

function prefix(text: string): string {
  const path = `/${text.replace(/^\/+|\/+$/g, "")}`;
  if (path === "/") return "";
  if (!/^(\/[\w.~-]+)+$/.test(path)) throw bad(`http-prefix: ${text} is no path such as /graphite`);
  return path;
}

/** An address, ADDRESS/BITS, or one of the names of proxy-addr. */
function network(text: string): string {
  if (/^(loopback|linklocal|uniquelocal)$/.test(text)) return text;
  const [address = "", bits] = text.split("/");
  const max = isIP(address) === 6 ? 128 : 32;
  const isGood =
    isIP(address) !== 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= max));
  if (!isGood) throw bad(`trusted-proxies: ${text} is neither an address nor ADDRESS/BITS`);
  return text;
}

function accessLog(text: string): AccessLog {
  const level = ACCESS_LOGS.find((one) => one === text);
  if (level === undefined) throw bad(`access-log: one of ${ACCESS_LOGS.join(", ")}`);
  return level;
}

function span(name: string, text: string | null): number | null {
  if (text === null) return null;
  let seconds = 0;
  try {
    seconds = parseInterval(text);
  } catch (error) {
    throw bad(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (seconds <= 0) throw bad(`${name}: ${text} is not longer than nothing`);
  return seconds;
}

function retention(text: string): Retention[] {
  try {
    return parseIstatRetention(text);
  } catch (error) {
    throw bad(`retention: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function schedule(name: string, text: string): string | null {
  if (text === "off") return null;
  if (!cron.validate(text)) {
    throw bad(`${name}: ${text} is no schedule; an example is "30 3 * * *", every day at 3:30`);
  }
  return text;
}

function zone(text: string): string {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    throw bad(`time-zone: ${text} is no time zone; an example is Europe/Berlin`);
  }
}

function bad(reason: string): GraphiteError {
  return new GraphiteError("ERR_CONFIG", reason);
}
