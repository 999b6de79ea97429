/** Numbers of the server, and refusals by "protocol reason", at a moment. */
export interface Numbers {
  /** Of a clock that only grows, seconds. */
  seconds: number;
  numbers: Readonly<Record<string, number>>;
  refusals: ReadonlyMap<string, number>;
}

/**
 * The server's own numbers as series: `statite.*` as /metrics has them, and under the names of
 * carbon-cache those for which there is an honest counterpart here, so that dashboards made for
 * carbon show something. Carbon counts per interval, so the first numbers are only compared with.
 *
 * @see docs/operations.md
 */
export class SelfSeries {
  readonly #put: (name: string, value: number) => void;
  readonly #prefix: string;
  #before: Numbers | null = null;

  constructor(put: (name: string, value: number) => void, host: string) {
    this.#put = put;
    this.#prefix = `carbon.agents.${host.replaceAll(".", "_")}-a.`;
  }

  store(now: Numbers): void {
    const before = this.#before;
    this.#before = now;
    if (before === null) return;
    for (const [name, value] of Object.entries(now.numbers))
      this.#putKnown(`statite.${name}`, value);
    for (const [key, count] of now.refusals) {
      this.#putKnown(`statite.refused.${key.replace(" ", ".")}`, count);
    }
    for (const [name, value] of Object.entries(carbonNumbers(now, before))) {
      this.#putKnown(this.#prefix + name, value);
    }
  }

  /** A mean of nothing is no datapoint. */
  #putKnown(name: string, value: number): void {
    if (Number.isFinite(value)) this.#put(name, value);
  }
}

/** Why there is no series for a name; the last one stands for all quotas. */
const DROPPED_CREATES = [
  "no-room-for-series",
  "too-many-retentions",
  "too-many-new-series",
  "disk-full",
  "quota-",
];

function carbonNumbers(now: Numbers, before: Numbers): Record<string, number> {
  const present = (name: string): number => now.numbers[name] ?? Number.NaN;
  const grown = (name: string): number => present(name) - (before.numbers[name] ?? Number.NaN);
  const refused = (reason: string): number => refusedFor(reason, now) - refusedFor(reason, before);
  const committed = grown("wal_durable_lsn");
  const updates = grown("wal_frames");
  return {
    metricsReceived:
      grown("carbon_points_received") +
      grown("pickle_points_received") +
      grown("istat_points_received"),
    activeConnections: present("connections"),
    blacklistMatches: refused("blacklisted"),
    whitelistRejects: refused("not-whitelisted"),
    // What carbon does with a file per series is a frame of the log here.
    committedPoints: committed,
    updateOperations: updates,
    pointsPerUpdate: committed / updates,
    avgUpdateTime: grown("wal_busy_seconds") / updates,
    creates: grown("series") + grown("deleted_series"),
    droppedCreates: DROPPED_CREATES.map(refused).reduce((sum, count) => sum + count),
    errors: grown("failures"),
    "cache.size": present("unsealed_records"),
    "cache.queries": grown("query_jobs"),
    "cache.overflow": grown("head_dropped") + grown("udp_dropped"),
    cpuUsage: (grown("cpu_seconds") / (now.seconds - before.seconds)) * 100,
    memUsage: present("resident_memory_bytes"),
  };
}

function refusedFor(reason: string, { refusals }: Numbers): number {
  let count = 0;
  for (const [key, refused] of refusals) {
    const given = key.slice(key.indexOf(" ") + 1);
    if (given === reason || (reason.endsWith("-") && given.startsWith(reason))) count += refused;
  }
  return count;
}
