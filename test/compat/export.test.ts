import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { chooseSeries } from "../../compat/export/choose-series.ts";
import type { ExportSummary } from "../../compat/export/export-all.ts";
import { carbonLines, csvRows } from "../../compat/export/value-lines.ts";
import { exportTree } from "../../compat/whisper/export-tree.ts";
import { fetchWhisper } from "../../compat/whisper/fetch.ts";
import { WhisperFile } from "../../compat/whisper/whisper-file.ts";

import { OfflineStore } from "../../src/storage/inspect/offline-store.ts";
import { GAUGE, type Mode, REPLACE } from "../../src/storage/plan.ts";
import type { Consolidation } from "../../src/storage/roll-up/pick-statistic.ts";
import { temporaryFolder } from "../server.ts";
import type { StoreHarness } from "../storage/store-harness.ts";
import { dumpDifferences, WHISPER_DUMP } from "./exported-dumps.ts";
import { env, NOW, openStore, run } from "./imported-tree.ts";
import { fetchByWhisper, isWithoutWhisper, makeWhisperFiles } from "./whisper-oracle.ts";

const DAY = 86_400;

interface Exported extends ExportSummary {
  problems: string[];
}

function exportAll(
  data: string,
  folder: string,
  consolidationOf: (name: string) => Consolidation,
  [from, until]: [number, number] = [0, NOW + 1],
): Exported {
  const store = OfflineStore.open(env, data);
  const problems: string[] = [];
  const events = {
    skipped: (name: string, reason: string) => problems.push(`${name}: ${reason}`),
    progress: () => {},
  };
  const found = chooseSeries(store, "**");
  const options = { now: NOW, from, until, consolidationOf };
  const summary = exportTree(store, found, folder, options, events);
  store.close();
  return { ...summary, problems };
}

const AVERAGE: Consolidation = { method: "average", xFilesFactor: 0.5 };

test("what was imported is exported so that whisper fetches the same as from the originals", async (t) => {
  if (isWithoutWhisper(t)) return;
  const [tree, data, out] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
  const made = makeWhisperFiles(tree.path, 120, 11, NOW);
  await run(tree.path, data.path);
  const headers = new Map(
    made.map(({ path, header }) => [path.split("/").at(-1)!.slice(0, -4), header]),
  );
  const done = exportAll(data.path, out.path, (name) => headers.get(name) as Consolidation);
  t.deepEqual(done.problems, []);
  t.is(done.files + done.empty, 120);
  const asked = made.flatMap(({ path, fetches }) => {
    const copy = path.replace(tree.path, out.path);
    if (!existsSync(copy)) return [];
    return fetches.map(({ from, until }) => ({ path: copy, from, until, now: NOW }));
  });
  const expected = made
    .filter(({ path }) => existsSync(path.replace(tree.path, out.path)))
    .flatMap(({ fetches }) => fetches.map(({ result }) => result));
  t.true(asked.length > 500);
  const wrong = fetchByWhisper(asked).filter(
    (answer, i) => JSON.stringify(answer) !== JSON.stringify(expected[i]),
  );
  t.deepEqual(wrong, []);
  for (const folder of [tree, data, out]) folder.remove();
});

test("whisper-dump says the same of a file and of what is exported of it", async (t) => {
  if (isWithoutWhisper(t)) return;
  if (!existsSync(WHISPER_DUMP)) {
    t.log(`skipped: ${WHISPER_DUMP} of Debian's python3-whisper is not there`);
    t.pass();
    return;
  }
  const { compared, points, wrong } = await dumpDifferences(8, 5);
  t.deepEqual(wrong, []);
  t.true(compared > 4);
  t.true(points > 100);
});

/** A series of minutes and ten minutes, with a value each minute of the last two hours. */
function fill(store: StoreHarness, name: string, mode: Mode = REPLACE): void {
  const tiers = [
    { step: 60, retention: DAY, lambda: 0 },
    { step: 600, retention: 30 * DAY, lambda: 0 },
  ];
  const plan = store.writer.planNumber({ mode, tiers });
  const series = store.writer.createSeries(name, plan);
  for (let time = Math.floor(NOW / 600) * 600 - 7200; time < NOW; time += 60) {
    store.writer.point(series, time, (time / 60) % 10, 0, -1);
    if (mode === GAUGE) store.writer.point(series, time + 1, ((time / 60) % 10) + 1, 0, -1);
  }
}

test("what was received is exported as the server answers it", (t) => {
  const [data, out] = [temporaryFolder(), temporaryFolder()];
  const store = openStore(data.path);
  fill(store, "a.b");
  fill(store, "istat.gauge", GAUGE);
  fill(store, "cpu;host=web01");
  store.writer.flush();
  store.settle();
  const done = exportAll(data.path, out.path, () => ({ method: "max", xFilesFactor: 0 }));
  t.like(done, { files: 3, empty: 0, skipped: 0 });
  const [tagged] = readdirSync(out.path, { recursive: true })
    .map(String)
    .filter((path) => /_tagged\/...\/...\/[0-9a-f]{64}\.wsp$/.test(path));
  for (const [name, path] of [
    ["a.b", "a/b.wsp"],
    ["istat.gauge", "istat/gauge.wsp"],
    ["cpu;host=web01", tagged!],
  ] as const) {
    const file = WhisperFile.open(join(out.path, path));
    t.is(file.header.method, "max");
    for (const age of [3600, 2 * DAY]) {
      const fetched = fetchWhisper(file, NOW - age, NOW, NOW)!;
      const series = store.names.seriesAt(name);
      const geometry = store.reader.geometry(series, { from: NOW - age, until: NOW, now: NOW });
      const consolidation = { method: "max", xFilesFactor: 0 } as const;
      const [read] = store.reader.read([series], [geometry], [consolidation]);
      t.is(fetched.step, read!.step);
      t.deepEqual(fetched.values, read!.values, `${name} ${age}`);
      t.true(fetched.values.filter((value) => !Number.isNaN(value)).length > 10);
    }
    file.close();
  }
  data.remove();
  out.remove();
});

test("no name leads out of the folder, and what whisper cannot hold is named", (t) => {
  const [data, out] = [temporaryFolder(), temporaryFolder()];
  const store = openStore(data.path);
  const names = [
    "...up",
    "a/../../b",
    "good",
    "x".repeat(252),
    "n\0l",
    "é".repeat(126),
    "l.".repeat(3).concat("ok"),
  ];
  for (const name of names) fill(store, name);
  const odd = store.writer.planNumber({
    mode: REPLACE,
    tiers: [
      { step: 7, retention: DAY, lambda: 0 },
      { step: 60, retention: 30 * DAY, lambda: 0 },
    ],
  });
  store.writer.point(store.writer.createSeries("odd", odd), NOW - 60, 1, 0, -1);
  store.writer.createSeries("none", store.view.series.planOf[0]!);
  store.writer.flush();
  store.settle();
  const done = exportAll(data.path, join(out.path, "in"), () => AVERAGE);
  t.is(done.empty, 1);
  t.deepEqual(done.problems.map((problem) => problem.split(": ")[0]).sort(), [
    "...up",
    "a/../../b",
    "n\0l",
    "odd",
    "x".repeat(252),
    "é".repeat(126),
  ]);
  t.deepEqual(readdirSync(out.path), ["in"]);
  t.deepEqual(readdirSync(join(out.path, "in")).sort(), ["good.wsp", "l"]);
  const counted = exportAll(data.path, join(out.path, "in"), () => ({
    method: "count",
    xFilesFactor: 0,
  }));
  t.is(counted.files, 0);
  data.remove();
  out.remove();
});

test("lines for carbon and rows of csv have every value of a range", (t) => {
  const data = temporaryFolder();
  const writer = openStore(data.path);
  fill(writer, "a.b");
  fill(writer, 'c;what="x,y"');
  writer.writer.flush();
  writer.settle();
  const store = OfflineStore.open(env, data.path);
  const found = chooseSeries(store, "a.b");
  const from = Math.floor(NOW / 600) * 600 - 600;
  const range = { tier: 0, from, until: from + 180, consolidationOf: () => AVERAGE };
  const value = (i: number): number => (from / 60 + i) % 10;
  t.deepEqual(
    [...carbonLines(store, found, range)],
    [0, 1, 2].map((i) => `a.b ${value(i)} ${from + i * 60}\n`),
  );
  const coarse = { ...range, tier: 1, until: from + 1 };
  t.deepEqual([...carbonLines(store, found, coarse)], [`a.b 4.5 ${from}\n`]);
  const tagged = chooseSeries(store, "c;**");
  t.deepEqual(
    [...csvRows(store, tagged, { ...range, until: from + 1 })],
    ["series,time,value\n", `"c;what=""x,y""",2023-11-14T22:00:00Z,${value(0)}\n`],
  );
  t.is([...carbonLines(store, tagged, { ...range, from: 0, until: NOW + 1 })].length, 126);
  store.close();
  data.remove();
});
