import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ConvertedConf } from "./converted-conf.ts";
import { type IniSection, parseIni } from "./ini.ts";

const NEVER = "datapoints go to a log at once, and nothing is held back";
const FILES = "there are no files of single series";
const LOGS = "statite logs to stderr; see --log-level and --access-log";
const FLOW = "senders wait by themselves when there is no room";
const PROCESS = "a service manager does this";
const ALWAYS = "it is always so";

/** Why settings of [cache] have no counterpart, by the beginning of their names. */
const REASONS: readonly [prefix: string, reason: string][] = [
  ["MAX_CACHE_SIZE", "memory is bounded by itself"],
  ["MAX_UPDATES_PER_SECOND", NEVER],
  ["CACHE_WRITE_STRATEGY", NEVER],
  ["WHISPER_", FILES],
  ["DATABASE", FILES],
  ["TAG_HASH_FILENAMES", FILES],
  ["LOG_", LOGS],
  ["ENABLE_LOGROTATION", LOGS],
  ["USE_FLOW_CONTROL", FLOW],
  ["CACHE_SIZE_", FLOW],
  ["MIN_TIMESTAMP_RESOLUTION", "every datapoint goes to the slot of its time"],
  ["MIN_TIMESTAMP_LAG", NEVER],
  ["CACHE_QUERY_", "what is received is in every answer; nothing has to be asked for apart"],
  ["ENABLE_TAGS", ALWAYS],
  ["TAG_", "tags are indexed by statite itself"],
  ["GRAPHITE_URL", "tags are indexed by statite itself"],
  ["USE_INSECURE_UNPICKLER", "pickles are read as data, and never run"],
  ["PICKLE_RECEIVER_MAX_LENGTH", "a frame may have 1 MiB"],
  ["PROTOBUF_RECEIVER_", "carbon's protobuf is not received"],
  ["CARBON_METRIC_", "own numbers are stored every --self-metrics-seconds"],
  ["USER", PROCESS],
  ["PID_DIR", PROCESS],
  ["STORAGE_DIR", "see --data-dir"],
  ["CONF_DIR", "files are named one by one"],
  ["WHITELISTS_DIR", "files are named one by one"],
  ["ENABLE_AMQP", "AMQP is not received"],
  ["AMQP_", "AMQP is not received"],
  ["ENABLE_MANHOLE", "there is no such door"],
  ["MANHOLE_", "there is no such door"],
  ["METRIC_CLIENT_IDLE_TIMEOUT", "idle connections are kept"],
];

const RELAY = "statite neither relays nor aggregates: keep carbon-relay or carbon-c-relay for that";

/**
 * What settings of ours a carbon.conf asks for, and which of its settings mean nothing here. `folder`
 * is where it lies: the other files of carbon are looked for there.
 *
 * @throws GraphiteError ERR_CONFIG when the file cannot be read
 */
export function convertCarbonConf(text: string, folder: string): ConvertedConf {
  const converted: ConvertedConf = { settings: [], unused: [], toImport: null };
  const sections = parseIni(text);
  for (const section of sections) {
    if (section.name === "cache") convertCache(section, folder, converted);
    else
      for (const pair of section.values) unused(converted, section.name, pair, reasonOf(section));
  }
  return converted;
}

function reasonOf({ name }: IniSection): string {
  return name.startsWith("cache:") ? "there is one process for all that several caches did" : RELAY;
}

function convertCache({ values }: IniSection, folder: string, converted: ConvertedConf): void {
  const seen = new Set<string>();
  const take = (key: string): string | undefined => {
    seen.add(key);
    return values.get(key);
  };
  const set = (name: string, value: string, from: string): void => {
    converted.settings.push({ name, value, from });
  };
  const listener = (name: string, prefix: string): void => {
    const port = take(`${prefix}_receiver_port`);
    const host = take(`${prefix}_receiver_interface`);
    if (port === undefined && host === undefined) return;
    const from = `${prefix.toUpperCase()}_RECEIVER_INTERFACE, _PORT`;
    const [fallback] = prefix === "line" ? ["2003"] : ["2004"];
    const address = `${host ?? "0.0.0.0"}:${port ?? fallback}`;
    set(name, port === "0" ? "off" : address, from);
  };
  listener("carbon-listen", "line");
  listener("pickle-listen", "pickle");
  const creates = take("max_creates_per_minute");
  if (creates !== undefined) {
    set("new-series-per-minute", creates === "inf" ? "0" : creates, "MAX_CREATES_PER_MINUTE");
  }
  const lines = values.get("line_receiver_port") ?? "2003";
  const udp = take("udp_receiver_port");
  take("udp_receiver_interface");
  const isUdp = isTrue(take("enable_udp_listener"));
  if (isUdp && udp !== undefined && udp !== lines) {
    const reason = `datagrams are received on the port of --carbon-listen, ${lines}`;
    unused(converted, "cache", ["udp_receiver_port", udp], reason);
  }
  for (const [name, file] of [
    ["schemas", "storage-schemas.conf"],
    ["aggregation", "storage-aggregation.conf"],
  ] as const) {
    if (existsSync(join(folder, file))) set(name, join(folder, file), `${file} beside carbon.conf`);
  }
  if (isTrue(take("use_whitelist"))) {
    for (const name of ["whitelist", "blacklist"]) {
      const file = join(folder, `${name}.conf`);
      if (existsSync(file)) set(name, file, "USE_WHITELIST");
    }
  }
  const whisperFolder = take("local_data_dir");
  if (whisperFolder !== undefined) converted.toImport = `whisper ${whisperFolder}`;
  for (const pair of values) {
    if (seen.has(pair[0])) continue;
    const known = REASONS.find(([prefix]) => pair[0].toUpperCase().startsWith(prefix));
    unused(converted, "cache", pair, known?.[1] ?? "carbon does not know it either, or it is new");
  }
}

function unused(
  { unused: list }: ConvertedConf,
  section: string,
  [name, value]: [string, string],
  reason: string,
): void {
  list.push({ section, name: name.toUpperCase(), value, reason });
}

function isTrue(text: string | undefined): boolean {
  return /^(true|yes|on|1)$/i.test(text ?? "");
}
