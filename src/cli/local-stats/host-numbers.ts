import { readdir, readFile } from "node:fs/promises";
import { loadavg } from "node:os";

/** A disk counts in sectors of this size, whatever its own are. */
const SECTOR_BYTES = 512;

/** What the kernel says at a moment, under istatd's names. */
export interface HostNumbers {
  /** Values as they are. */
  gauges: Map<string, number>;
  /** Totals that only grow: what is of interest is by how much. */
  totals: Map<string, number>;
  /** Ticks of all processors by what they did; shares of their growth are per cent. */
  cpu: Map<string, number>;
}

/** Reads /proc; what is not there is left out. `root` is `/` but in tests. */
export async function readHost(root = "/"): Promise<HostNumbers> {
  const numbers: HostNumbers = { gauges: new Map(), totals: new Map(), cpu: new Map() };
  await Promise.all([
    use(`${root}proc/stat`, (text) => takeCpu(text, numbers.cpu)),
    use(`${root}proc/meminfo`, (text) => takeMemory(text, numbers.gauges)),
    use(`${root}proc/net/dev`, (text) => takeNetwork(text, numbers.totals)),
    takeDisks(root, numbers.totals),
    takeProcesses(`${root}proc`, numbers.gauges),
  ]);
  const [min1, min5, min15] = loadavg();
  numbers.gauges.set("load.min1", min1!).set("load.min5", min5!).set("load.min15", min15!);
  return numbers;
}

/** `cpu user nice system idle iowait irq softirq steal …`, in ticks. */
export function takeCpu(text: string, into: Map<string, number>): void {
  const line = /^cpu +(.*)$/m.exec(text)?.[1];
  if (line === undefined) return;
  const [user, nice, system, idle, iowait, irq, softirq, steal] = line.split(/ +/).map(Number);
  into
    .set("user", user ?? 0)
    .set("nice", nice ?? 0)
    .set("idle", idle ?? 0);
  into.set("iowait", iowait ?? 0);
  into.set("kernel", (system ?? 0) + (irq ?? 0) + (softirq ?? 0) + (steal ?? 0));
  // libstatgrab has this name; Linux has nothing for it.
  into.set("swap", 0);
}

/** `NAME: N kB`; bytes. What is cached is neither free nor used. */
export function takeMemory(text: string, into: Map<string, number>): void {
  const of = (name: string): number | undefined => {
    const found = new RegExp(`^${name}: +(\\d+) kB`, "m").exec(text)?.[1];
    return found === undefined ? undefined : Number(found) * 1024;
  };
  const [total, free] = [of("MemTotal"), of("MemFree")];
  if (total === undefined || free === undefined) return;
  const cache = (of("Cached") ?? 0) + (of("Buffers") ?? 0);
  into.set("mem.total", total).set("mem.free", free).set("mem.cache", cache);
  into.set("mem.used", total - free - cache);
  const [swap, unused] = [of("SwapTotal") ?? 0, of("SwapFree") ?? 0];
  into
    .set("swap.total", swap)
    .set("swap.free", unused)
    .set("swap.used", swap - unused);
}

/** `IF: bytes packets errs drop fifo frame compressed multicast` received, then the same sent. */
export function takeNetwork(text: string, into: Map<string, number>): void {
  for (const [, name, rest] of text.matchAll(/^ *([^:\n|]+): *(\d.*)$/gm)) {
    const columns = rest!.trim().split(/ +/).map(Number);
    const prefix = `net.${nodeOf(name!)}`;
    const put = (what: string, column: number): void => {
      const value = columns[column];
      if (value !== undefined) into.set(`${prefix}.${what}`, value);
    };
    put("rx", 0);
    put("ipackets", 1);
    put("ierrors", 2);
    put("tx", 8);
    put("opackets", 9);
    put("oerrors", 10);
    put("collisions", 13);
  }
}

/** Whole disks, by the names that the kernel gives them. */
async function takeDisks(root: string, into: Map<string, number>): Promise<void> {
  const disks = new Set(await readdir(`${root}sys/block`).catch(() => []));
  await use(`${root}proc/diskstats`, (text) => {
    for (const line of text.split("\n")) {
      const columns = line.trim().split(/ +/);
      const name = columns[2];
      if (name === undefined || !disks.has(name) || /^(loop|ram)\d/.test(name)) continue;
      into.set(`disk.${nodeOf(name)}.read`, Number(columns[5]) * SECTOR_BYTES);
      into.set(`disk.${nodeOf(name)}.write`, Number(columns[9]) * SECTOR_BYTES);
    }
  });
}

const STATES: Record<string, string> = {
  R: "running",
  S: "sleeping",
  D: "sleeping",
  I: "sleeping",
};

/** The state of each process stands behind its name, which may hold anything. */
async function takeProcesses(folder: string, into: Map<string, number>): Promise<void> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => /^\d+$/.test(name));
  if (names.length === 0) return;
  const counts = new Map(
    ["total", "running", "sleeping", "stopped", "zombie"].map((state) => [state, 0]),
  );
  for (const name of names) {
    await use(`${folder}/${name}/stat`, (text) => {
      const letter = text.charAt(text.lastIndexOf(")") + 2);
      const state = letter === "Z" ? "zombie" : (STATES[letter] ?? "stopped");
      counts.set(state, counts.get(state)! + 1);
      counts.set("total", counts.get("total")! + 1);
    });
  }
  for (const [state, count] of counts) into.set(`process.${state}`, count);
}

/** A name is one node: `eth0.7` would be two. */
function nodeOf(name: string): string {
  return name.trim().replace(/[^\w-]/g, "_");
}

async function use(path: string, take: (text: string) => void): Promise<void> {
  const text = await readFile(path, "utf8").catch(() => null);
  if (text !== null) take(text);
}
