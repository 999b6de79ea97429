import { spawn } from "node:child_process";
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import type { CheckSummary } from "../../src/storage/inspect/check-store.ts";
import type { Problem } from "../../src/storage/inspect/findings.ts";
import { eventually, TestServer, temporaryFolder } from "../server.ts";
import { digestOf, SampleStore, START } from "../storage/inspect/sample-store.ts";

interface Run {
  status: number | null;
  out: string;
  err: string;
}

function statite(...args: string[]): Promise<Run> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ["dist/src/cli/main.js", ...args]);
    let out = "";
    let err = "";
    child.stdout.on("data", (chunk) => (out += String(chunk)));
    child.stderr.on("data", (chunk) => (err += String(chunk)));
    child.on("close", (status) => resolve({ status, out, err }));
  });
}

const good = temporaryFolder();
new SampleStore(good.path).fill();
test.after.always(() => {
  TestServer.killAll();
  good.remove();
});

function fileOf(start: string): string {
  const group = join(good.path, "statfiles", "60-2592000");
  return join(group, readdirSync(group).find((name) => name.startsWith(start))!);
}

test("check ends with 0 for a whole store and says how much there is", async (t) => {
  const before = digestOf(good.path);
  const { status, out, err } = await statite("check", good.path);
  t.is(status, 0, out + err);
  t.is(err, "");
  t.regex(out, /^11 StatFiles \(.*KiB\): 26 sections, 42 blocks, 1,117 points$/m);
  t.regex(out, /^2 log files: 6 frames; 7 series, 4 plans, 2 documents$/m);
  t.regex(out, /^no problems$/m);
  t.deepEqual(digestOf(good.path), before);
});

test("check ends with 1 for a damaged one, with a line a problem or as one document", async (t) => {
  const folder = temporaryFolder();
  cpSync(good.path, folder.path, { recursive: true });
  const file = fileOf("merge-2-").slice(good.path.length + 1);
  const bytes = readFileSync(join(folder.path, file));
  bytes[80] = bytes[80]! ^ 1;
  writeFileSync(join(folder.path, file), bytes);
  const { status, out } = await statite("check", folder.path);
  t.is(status, 1);
  const [line] = out.split("\n");
  t.is(
    line,
    `${file} at 64: the blocks' checksum is wrong; lost: 3 series, tier 1m:30d, ` +
      "2023-11-15T00:00:00Z to 2023-11-15T03:00:00Z",
  );
  t.regex(out, /^1 problem$/m);
  const json = await statite("check", "--json", folder.path);
  t.is(json.status, 1);
  const document = JSON.parse(json.out) as {
    folder: string;
    inUseBy: number | null;
    problems: Problem[];
    notes: string[];
    summary: CheckSummary;
  };
  t.is(document.folder, folder.path);
  t.is(document.inUseBy, null);
  t.deepEqual(document.problems, [
    {
      file,
      offset: 64,
      what: "the blocks' checksum is wrong",
      cost: line!.slice(line!.indexOf("lost:")),
      loss: { step: 60, retention: 2_592_000, from: START, until: START + 10_800, series: 3 },
    },
  ]);
  t.deepEqual(document.notes, []);
  t.is(document.summary.problems, 1);
  folder.remove();
});

test("wrong use ends with 2 and a plain word", async (t) => {
  const cases: [string[], RegExp][] = [
    [["check"], /missing required argument/],
    [["check", "/nowhere"], /there is no such folder/],
    [["check", "src"], /not a data directory of statite/],
    [["inspect"], /missing required argument/],
    [["inspect", "/nowhere"], /there is no such file or folder/],
    [["inspect", "package.json"], /no file of a store/],
    [["inspect", good.path], /name a series/],
    [["inspect", "src", "a.b"], /not a data directory of statite/],
    [["inspect", good.path, "web.hits", "--from", "frog"], /frog/],
    [["inspect", good.path, "web.hits", "--from", "20", "--until", "10"], /before/],
    [["inspect", good.path, "web.hits", "--tier", "1"], /no tier 1 .* tier 0 only/],
    [["inspect", good.path, "web.hits", "--tier", "one"], /no whole number/],
    [["inspect", good.path, "web.hits", "--time-zone", "Moon"], /no zone Moon/],
    [["inspect", good.path, "web.hits", "--format", "xml"], /choices|invalid/],
    [["inspect", good.path, "web.**", "--limit", "2"], /more than 2/],
    [["inspect", good.path, "web.hits", "--records"], /--records/],
    [["inspect", join(good.path, "manifest"), "web.hits"], /is a file/],
    [["inspect", join(good.path, "manifest"), "--tier", "0"], /is a file/],
    [["inspect", join(good.path, "manifest"), "--records"], /--records/],
    [["inspect", join(good.path, "manifest"), "--format", "csv"], /csv/],
  ];
  for (const [args, pattern] of cases) {
    const { status, out, err } = await statite(...args);
    t.is(status, 2, args.join(" "));
    t.regex(err, pattern, args.join(" "));
    t.is(out, "", args.join(" "));
  }
  const folder = temporaryFolder();
  cpSync(good.path, folder.path, { recursive: true });
  const format = join(folder.path, "FORMAT");
  const newer = readFileSync(format, "utf8").replace('"minReader":1', '"minReader":9');
  writeFileSync(format, newer);
  for (const args of [
    ["check", folder.path],
    ["inspect", folder.path, "web.hits"],
  ]) {
    const { status, err } = await statite(...args);
    t.is(status, 2);
    t.regex(err, /written by a newer version/);
  }
  folder.remove();
});

test("help of both commands has examples", async (t) => {
  for (const command of ["check", "inspect"]) {
    const { status, out } = await statite(command, "--help");
    t.is(status, 0);
    t.regex(out, new RegExp(`Examples:\n {2}statite ${command} `));
  }
});

test("inspect prints a series as text, csv and JSON", async (t) => {
  const range = ["--from", String(START + 60), "--until", String(START + 180)];
  const text = await statite("inspect", good.path, "web.a.load", ...range);
  t.is(text.status, 0);
  t.regex(text.out, /^web\.a\.load\nnumber 0\nat first: plan 0, replace, 1m:30d, 10m:100d\ntier 0/);
  t.regex(text.out, /^2023-11-15T00:01:00Z +1 +1 +100 +100 +100 +100 +0$/m);
  const csv = await statite("inspect", good.path, "web.*.load", ...range, "--format", "csv");
  t.deepEqual(csv.out.trim().split("\n").slice(0, 3), [
    "series,time,count,slots,sum,min,max,last,stddev",
    `web.a.load,${START + 60},1,1,100,100,100,100,0`,
    `web.a.load,${START + 120},1,1,1000,1000,1000,1000,0`,
  ]);
  t.is(csv.out.trim().split("\n").length, 7);
  const args = ["--tier", "1", "--from", "20231115", "--until", "00:20_20231115"];
  const json = await statite("inspect", good.path, "web.*.load", ...args, "--format", "json");
  const list = JSON.parse(json.out) as { series: string; buckets: Record<string, number>[] }[];
  t.deepEqual(
    list.map(({ series, buckets }) => [series, buckets.map(({ time }) => time)]),
    ["web.a.load", "web.b.load", "web.c.load"].map((name) => [name, [START, START + 600]]),
  );
  t.is(list[0]!.buckets[0]!.count, 10);
  const east = await statite(
    "inspect",
    good.path,
    "web.a.load",
    ...["--from", "01:00_20231115", "--until", "01:02_20231115", "--time-zone", "Europe/Berlin"],
    ...["--format", "csv"],
  );
  t.is(east.out.split("\n")[1], `web.a.load,${START},1,1,99.7,99.7,99.7,99.7,0`);
  const missing = await statite("inspect", good.path, "web.nothing");
  t.is(missing.status, 1);
  t.regex(missing.err, /there is no series web\.nothing/);
});

test("inspect prints what is in each kind of file, and ends with 1 when it is damaged", async (t) => {
  const wal = join(good.path, "wal", readdirSync(join(good.path, "wal")).at(-1)!);
  const cases: [string[], RegExp[]][] = [
    [[fileOf("merge-2-")], [/StatFile of .*, 5 series, 780 points/, /^ +2 +event +0 +1m .* 60 /m]],
    [[wal], [/log file of .*, 2 frames/, /records: 3 state, 18 point, 4 bucket/]],
    [
      [wal, "--records"],
      [/^\d+ point series 0 time \d+ value 1000$/m, /^\d+ bucket series 3 /m],
    ],
    [[join(good.path, "manifest")], [/11 live StatFiles/, /^10m:100d .*roll-up-/m]],
    [[join(good.path, "catalogue")], [/catalogue of .*, 2 frames/, /4 plan, 7 series/]],
    [
      [join(good.path, "catalogue"), "--records"],
      [/^plan 3 replace, 1h:/m, /^series 6 plan 0 created \d+ new\.name$/m],
    ],
    [
      [join(good.path, "documents/events")],
      [/: events, .*, 4 lines, 2 documents$/m, /^"1" +19 +\{"what":"deploy 2"\}$/m],
    ],
    [[join(good.path, "FORMAT")], [/"storeId":"[0-9a-f]{32}"/]],
  ];
  for (const [args, patterns] of cases) {
    const text = await statite("inspect", ...args);
    t.is(text.status, 0, text.err);
    for (const pattern of patterns) t.regex(text.out, pattern);
    const json = await statite("inspect", ...args, "--format", "json");
    t.notThrows(() =>
      json.out
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
    );
  }
  const folder = temporaryFolder();
  const damaged = join(folder.path, "catalogue");
  const bytes = readFileSync(join(good.path, "catalogue"));
  bytes[100] = bytes[100]! ^ 1;
  writeFileSync(damaged, bytes);
  const { status, out } = await statite("inspect", damaged);
  t.is(status, 1);
  t.regex(out, /^damaged at 0: the frame's checksum is wrong$/m);
  folder.remove();
});

test("on a store in use both say so, and both work", async (t) => {
  const folder = temporaryFolder();
  const server = await TestServer.start(folder.path);
  const time = Math.floor(Date.now() / 1000);
  await server.send("carbon", `in.use 42 ${time}\n`);
  const found = await eventually(async () => {
    const run = await statite("inspect", folder.path, "in.use", "--format", "csv");
    return run.status === 0 ? run : undefined;
  });
  t.is(found.out.split("\n")[1], `in.use,${time - (time % 10)},1,1,42,42,42,42,0`);
  const { status, out, err } = await statite("check", folder.path);
  t.is(status, 0, out);
  for (const text of [err, found.err]) t.true(text.includes(`process ${server.process.pid} has`));
  t.is((await server.values("in.use", time - 20, time + 20)).size, 1);
  t.is(await server.stop(), 0);
  t.is((await statite("check", folder.path)).err, "");
  folder.remove();
});

test("a reader that has enough ends the command without a complaint", async (t) => {
  const err = await new Promise<string>((resolve) => {
    const line = `"${process.execPath}" dist/src/cli/main.js inspect "$0" 'web.**' | head -n 1`;
    const shell = spawn("sh", ["-c", line, good.path]);
    let text = "";
    shell.stderr.on("data", (chunk) => (text += String(chunk)));
    shell.on("close", () => resolve(text));
  });
  t.is(err, "");
});
