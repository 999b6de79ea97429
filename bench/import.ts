import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { importTree } from "../compat/import/import-tree.ts";
import { whisperSource } from "../compat/whisper/source-tree.ts";
import { WhisperFile } from "../compat/whisper/whisper-file.ts";
import { writeWhisper } from "../compat/whisper/write-whisper.ts";
import { OfflineImport } from "../src/storage/import/offline-import.ts";
import { realEnvironment } from "../src/storage/node-files.ts";
import { type Benchmark, ownCpuSeconds } from "./benchmark.ts";
import { mixedColumns } from "./columns.ts";

/** A day of 10 s, a month of minutes and two years of ten minutes, all of them full. */
const ARCHIVES = [
  { step: 10, points: 8640 },
  { step: 60, points: 43_200 },
  { step: 600, points: 105_120 },
];
const POINTS = ARCHIVES.reduce((sum, { points }) => sum + points, 0);
const FILES = 100;

const NOW = Math.floor(Date.now() / 1000);

function writeTree(tree: string): void {
  const columns = mixedColumns(POINTS, POINTS);
  for (let i = 0; i < FILES; i++) {
    const column = columns[i % columns.length]!;
    let at = 0;
    const kept = ARCHIVES.map(({ step, points }) => {
      const values = column.subarray(at, at + points);
      at += points;
      return { firstSlot: Math.floor(NOW / step) - points + 1, values };
    });
    const contents = { method: "average", xFilesFactor: 0.5, archives: ARCHIVES } as const;
    writeWhisper(join(tree, `s${i}.wsp`), contents, (archive) => kept[archive]!);
  }
}

async function importOnce(tree: string, data: string): Promise<number> {
  const target = OfflineImport.open(realEnvironment, data, FILES);
  const options = {
    prefix: null,
    matches: () => true,
    retentionsOf: () => null,
    now: NOW,
    since: Number.NEGATIVE_INFINITY,
  };
  const events = { skipped: () => {}, progress: () => {} };
  const { changed } = await importTree(whisperSource(tree, new Map()), options, target, events);
  await target.close();
  return changed;
}

/** Reads every point, and does nothing with it: what any import has to do at least. */
function readOnce(tree: string): number {
  let known = 0;
  for (let i = 0; i < FILES; i++) {
    const file = WhisperFile.open(join(tree, `s${i}.wsp`));
    ARCHIVES.forEach(({ step, points }, archive) => {
      const first = Math.floor(NOW / step) - points + 1;
      known += file.read(archive, first, new Float64Array(points));
    });
    file.close();
  }
  return known;
}

export const benchmarks: readonly Benchmark[] = [
  {
    name: "import-whisper",
    unit: "points per CPU second, from whisper files to StatFiles",
    floor: 10e6,
    moreIsBetter: true,
    async run(seconds) {
      const folder = mkdtempSync(join(tmpdir(), "statite-bench-"));
      try {
        writeTree(folder);
        const end = performance.now() + seconds * 1000;
        let best = 0;
        let reading = 0;
        let round = 0;
        do {
          let from = ownCpuSeconds();
          const points = await importOnce(folder, join(folder, `data${round++}`));
          best = Math.max(best, points / (ownCpuSeconds() - from));
          from = ownCpuSeconds();
          const read = readOnce(folder);
          reading = Math.max(reading, read / (ownCpuSeconds() - from));
          // The first round is that of a program that is still being compiled.
        } while (round < 3 || performance.now() < end);
        const note = `reading alone: ${(reading / 1e6).toFixed(0)} M`;
        return { value: best, baseline: null, note };
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  },
];
