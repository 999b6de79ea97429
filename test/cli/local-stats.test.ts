import { mkdirSync, writeFileSync } from "node:fs";
import { totalmem } from "node:os";
import test from "ava";
import { readHost } from "../../src/cli/local-stats/host-numbers.ts";
import { LocalStats } from "../../src/cli/local-stats/local-stats.ts";
import { IstatdNumbers } from "../../src/ingest/istatd-numbers.ts";
import { temporaryFolder } from "../server.ts";

const folder = temporaryFolder();
test.after.always(() => folder.remove());

/** A /proc and a /sys of two disks and two interfaces; `n` is how much has happened. */
function machine(n: number): string {
  const root = `${folder.path}/${n}/`;
  for (const path of [
    "proc/net",
    "proc/1",
    "proc/22",
    "proc/33",
    "sys/block/sda",
    "sys/block/nvme0n1",
  ])
    mkdirSync(root + path, { recursive: true });
  mkdirSync(`${root}sys/block/loop0`);
  const write = (path: string, text: string): void => writeFileSync(`${root}proc/${path}`, text);
  write(
    "stat",
    `cpu  ${100 + 30 * n} ${5 * n} ${10 * n} ${50 * n} ${2 * n} ${n} ${n} ${n} 0 0\ncpu0 1 2 3\n`,
  );
  write(
    "meminfo",
    "MemTotal:       1000 kB\nMemFree:         300 kB\nBuffers:          50 kB\nCached:          150 kB\nSwapTotal:       500 kB\nSwapFree:        400 kB\n",
  );
  write(
    "net/dev",
    `Inter-|   Receive   |  Transmit\n face |bytes packets\n    lo: ${n} 1 0 0 0 0 0 0 ${n} 1 0 0 0 0 0 0\neth0.7:${1000 * n} ${10 * n} ${2 * n} 0 0 0 0 0 ${500 * n} ${5 * n} ${n} 0 0 ${3 * n} 0 0\n`,
  );
  write(
    "diskstats",
    `   7 0 loop0 9 9 9 9 9 9 9 9 9 9 9\n   8 0 sda 1 0 ${100 * n} 1 1 0 ${40 * n} 1 0 1 1\n   8 1 sda1 1 0 ${99 * n} 1 1 0 1 1 0 1 1\n 259 0 nvme0n1 1 0 ${7 * n} 1 1 0 ${8 * n} 1 0 1 1\n`,
  );
  write("1/stat", "1 (init) S 0 1");
  write("22/stat", "22 (a) R (b)) Z 0 1");
  write("33/stat", "33 (run) R 0 1");
  return root;
}

function valuesOf(text: string): Record<string, number> {
  return Object.fromEntries(
    text
      .trimEnd()
      .split("\n")
      .map((line) => line.split(" "))
      .map(([name, value]) => [name!.replace(/^localstat\.|\.me$/g, ""), Number(value)]),
  );
}

test("each disk and each interface has its own numbers: what happened since the last time", async (t) => {
  const stats = new LocalStats("me");
  const first = valuesOf(stats.lines(await readHost(machine(1))));
  t.is(first["disk.sda.read"], undefined);
  const second = valuesOf(stats.lines(await readHost(machine(3))));
  t.like(second, {
    "disk.sda.read": 200 * 512,
    "disk.sda.write": 80 * 512,
    "disk.nvme0n1.read": 14 * 512,
    "disk.nvme0n1.write": 16 * 512,
    "net.lo.rx": 2,
    "net.eth0_7.rx": 2000,
    "net.eth0_7.tx": 1000,
    "net.eth0_7.ipackets": 20,
    "net.eth0_7.opackets": 10,
    "net.eth0_7.ierrors": 4,
    "net.eth0_7.oerrors": 2,
    "net.eth0_7.collisions": 6,
    "cpu.user": 30,
    "cpu.nice": 5,
    "cpu.kernel": 13,
    "cpu.idle": 50,
    "cpu.iowait": 2,
    "cpu.swap": 0,
    "mem.total": 1000 * 1024,
    "mem.free": 300 * 1024,
    "mem.cache": 200 * 1024,
    "mem.used": 500 * 1024,
    "swap.used": 100 * 1024,
    "process.total": 3,
    "process.running": 1,
    "process.sleeping": 1,
    "process.zombie": 1,
  });
  t.deepEqual(
    Object.keys(second).filter((name) => /loop|sda1/.test(name)),
    [],
  );
  // A counter that begins anew is no negative number of bytes.
  const again = valuesOf(stats.lines(await readHost(machine(2))));
  t.is(again["disk.sda.read"], undefined);
  t.is(again["net.lo.rx"], undefined);
});

test("a suffix may be a node or carets, and what is not there is left out", async (t) => {
  const nothing = await readHost(`${folder.path}/none/`);
  const lines = new LocalStats("^host.a^class.b").lines(nothing);
  t.regex(lines, /^localstat\.load\.min1\^host\.a\^class\.b \d/);
  t.false(lines.includes("NaN"));
  t.is(lines.trimEnd().split("\n").length, 3);
  t.regex(new LocalStats(".x").lines(nothing), /^localstat\.load\.min1\.x /);
});

test("what this machine says of itself makes sense", async (t) => {
  const { gauges, totals, cpu } = await readHost();
  if (gauges.get("mem.total") === undefined) {
    t.pass("there is no /proc here");
    return;
  }
  t.is(gauges.get("mem.total"), totalmem());
  t.true(gauges.get("process.total")! >= gauges.get("process.running")!);
  t.true(totals.has("net.lo.rx"));
  t.true([...cpu.values()].every((ticks) => ticks >= 0));
});

test("istatd's own names: events that have happened since, and gauges", (t) => {
  const own = new IstatdNumbers();
  const at = (series: number, bad: number): string =>
    own.lines({
      numbers: { series, deleted_series: 1, connections: 7, failures: 0 },
      refusals: new Map([
        ["istat line-malformed", bad],
        ["carbon line-malformed", 100],
        ["istat number-malformed", 1],
      ]),
      residentBytes: 1000,
    });
  const gauges = "istatd.app.memory.vmrss 1000\nistatd.statserver.connected 7\n";
  t.is(at(10, 5), gauges);
  t.is(at(10, 5), gauges);
  t.is(at(13, 9), `${gauges}*istatd.counter.created 3\n*istatd.statserver.commands.bad 4\n`);
});
