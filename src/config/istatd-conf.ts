import { GraphiteError } from "../model/errors.ts";
import { parseIstatRetention } from "../model/retention.ts";
import type { ConvertedConf } from "./converted-conf.ts";
import { SETTINGS } from "./settings.ts";

/** Options that stand alone: what follows them is passed over. */
const FLAGS = new Set([
  "daemonize",
  "disallow-compressed-responses",
  "dont-recursively-create-counters",
  "dont-translate-metric-names",
  "test",
]);

const PROCESS = "a service manager does this";
const LOGS = "statite logs to stderr; see --log-level and --access-log";
const FILES = "there are no files of single counters";
const MEMORY = "memory is bounded by itself";

/** Why options have no counterpart. */
const REASONS: Readonly<Record<string, string>> = {
  "agent-interval": "what is forwarded is sent as it comes",
  agentcount: "one connection is enough",
  "allocation-strategy": FILES,
  "blacklist-period": "the file is read again when it has changed",
  config: "it names the file itself",
  daemonize: PROCESS,
  debug: LOGS,
  "disallow-compressed-responses": "clients that cannot unpack an answer do not ask for it",
  "dont-recursively-create-counters": "parents are no counters until something is sent to them",
  "fake-time": "the clock is that of the machine",
  flush: "samples go to a log at once, and nothing is held back",
  "listen-overflow-backlog": "the system's own limit holds",
  "log-file": LOGS,
  "min-space": "below 5 % of free disk space merges wait, below 2 % new series are refused",
  "num-files": FILES,
  "pid-file": PROCESS,
  "prune-empty-directories-interval": FILES,
  "replica-of": "statite does not replicate",
  "replica-port": "statite does not replicate",
  store: "its files are imported, and not used as they are; see --data-dir",
  test: "there are no built-in tests",
  "thread-count": "there are as many threads as cores",
  "udp-buffer-size": MEMORY,
  user: PROCESS,
};

/** By istatd's number. */
const LOG_LEVELS = ["error", "warn", "info", "debug", "trace"];
/** The port of a door that istatd opens without being told to. */
const DEFAULT_PORTS: Readonly<Record<string, string>> = {
  "stat-port": "8111",
  "http-port": "8000",
};
const DOORS: readonly [option: string, setting: string][] = [
  ["stat-port", "istat-listen"],
  ["http-port", "istat-http-listen"],
  ["prometheus-port", "prometheus-listen"],
  ["admin-port", "admin-listen"],
];
/** Options whose value is taken as it is. */
const SAME: readonly [option: string, setting: string][] = [
  ["settings", "settings-dir"],
  ["files-dir", "files-dir"],
  ["tagnames-path", "prometheus-tags"],
  ["metrics-cleanup-period", "prometheus-gauge-seconds"],
  ["agent", "forward"],
  ["blacklist-path", "host-blacklist"],
  ["local-stats", "local-stats"],
  ["rollup", "istat-rollup"],
];

/**
 * What settings of ours an istatd.cfg asks for, and which of its options mean nothing here.
 *
 *     line = "--" option [ blank value ] | "#" … | blank
 *
 * A value may be in double quotes; of an option that is there twice the later one counts.
 *
 * @throws GraphiteError ERR_CONFIG for a line that istatd would not take
 */
export function convertIstatdConf(text: string): ConvertedConf {
  const options = optionsIn(text);
  const converted: ConvertedConf = { settings: [], unused: [], toImport: null };
  const taken = new Set<string>(["listen-address"]);
  const leave = (name: string, reason: string): void => {
    const value = options.get(name) ?? "";
    converted.unused.push({ section: "istatd", name, value, reason });
  };
  const set = (option: string, name: string, value: string): void => {
    taken.add(option);
    const isLater = SETTINGS.find((setting) => setting.name === name)?.notYet === true;
    if (isLater) leave(option, `--${name} is not there in this version`);
    else if (value === "") leave(option, "it says nothing");
    else converted.settings.push({ name, value, from: fromText(options, option) });
  };
  const host = options.get("listen-address") ?? "";
  for (const [option, name] of DOORS) {
    const port = options.get(option) ?? DEFAULT_PORTS[option];
    if (port === undefined) continue;
    set(option, name, port === "0" ? "off" : `${host === "" ? "0.0.0.0" : host}:${port}`);
  }
  for (const [option, name] of SAME) {
    const value = options.get(option);
    if (value !== undefined) set(option, name, value);
  }
  const retention = options.get("retention");
  if (retention !== undefined) {
    const problem = retentionProblem(retention);
    taken.add("retention");
    if (problem === null) set("retention", "retention", retention);
    else leave("retention", problem);
  }
  const level = options.get("log-level");
  if (level !== undefined) set("log-level", "log-level", LOG_LEVELS[Number(level)] ?? "info");
  if (options.has("dont-translate-metric-names")) {
    set("dont-translate-metric-names", "prometheus-names", "raw");
  }
  const series = options.get("max-matrics-count");
  if (series !== undefined && Number(series) > 0) {
    set("max-matrics-count", "prometheus-max-series", series);
  } else if (series !== undefined) {
    taken.add("max-matrics-count");
    leave("max-matrics-count", "there is always a limit: see --prometheus-max-series");
  }
  for (const option of options.keys()) {
    if (!taken.has(option)) leave(option, REASONS[option] ?? "istatd has no such option");
  }
  converted.toImport = importText(options);
  return converted;
}

/** @throws GraphiteError ERR_CONFIG */
function optionsIn(text: string): Map<string, string> {
  const options = new Map<string, string>();
  for (const [i, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    const match = /^--([\w-]+)(?:\s+(.*))?$/.exec(line);
    if (match === null) throw bad(`line ${i + 1}: not --option value`);
    const name = match[1]!.toLowerCase();
    const value = (match[2] ?? "").replace(/^"(.*)"$/, "$1");
    if (FLAGS.has(name)) options.set(name, "");
    else if (match[2] === undefined) throw bad(`line ${i + 1}: --${name} should have a value`);
    else options.set(name, value);
  }
  return options;
}

function fromText(options: ReadonlyMap<string, string>, option: string): string {
  if (!options.has(option)) return `${option}, as istatd has it without being told`;
  const isDoor = DOORS.some(([door]) => door === option);
  return isDoor && options.has("listen-address") ? `listen-address, ${option}` : option;
}

function retentionProblem(text: string): string | null {
  try {
    parseIstatRetention(text);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function importText(options: ReadonlyMap<string, string>): string | null {
  const store = options.get("store") ?? "";
  if (store === "") return null;
  const settings = options.get("settings") ?? "";
  return `istatd ${store}${settings === "" ? "" : ` --settings ${settings}`}`;
}

function bad(reason: string): GraphiteError {
  return new GraphiteError("ERR_CONFIG", `istatd.cfg: ${reason}`);
}
