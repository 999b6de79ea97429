import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chooseSeries } from "../../compat/export/choose-series.ts";
import { exportTree } from "../../compat/whisper/export-tree.ts";
import { OfflineStore } from "../../src/storage/inspect/offline-store.ts";
import type { Consolidation } from "../../src/storage/roll-up/pick-statistic.ts";
import { temporaryFolder } from "../server.ts";
import { env, NOW, run } from "./imported-tree.ts";
import { makeWhisperFiles } from "./whisper-oracle.ts";

/** Of Debian's python3-whisper. */
export const WHISPER_DUMP = "/usr/bin/whisper-dump";
const MOST_BYTES = 2 ** 26;

interface Dump {
  /** The lines about the file and its archives, without the longest retention. */
  head: string[];
  /** By archive: known points by time, those that a reader sees at NOW. */
  archives: Map<number, number>[];
}

function dumpOf(path: string): Dump {
  const text = execFileSync("/usr/bin/python3", [WHISPER_DUMP, path], {
    encoding: "utf8",
    maxBuffer: MOST_BYTES,
  });
  const head: string[] = [];
  const archives: Map<number, number>[] = [];
  const kept: { step: number; points: number }[] = [];
  for (const line of text.split("\n")) {
    const point = /^\d+: +(\d+), +(\S+)$/.exec(line);
    if (/^Archive \d+ data/.test(line)) archives.push(new Map());
    else if (point === null) {
      head.push(line);
      const step = /seconds per point: (\d+)/.exec(line);
      const points = /points: (\d+)/.exec(line);
      if (step !== null) kept.push({ step: Number(step[1]), points: 0 });
      else if (points !== null) kept.at(-1)!.points = Number(points[1]);
    } else {
      const time = Number(point[1]);
      const { step, points } = kept[archives.length - 1]!;
      const newest = Math.floor(NOW / step);
      // What lies longer back is of an earlier round: nobody reads it.
      if (time > (newest - points) * step && time <= NOW) {
        archives.at(-1)!.set(time, Number(point[2]));
      }
    }
  }
  return { head: head.filter((line) => line !== ""), archives };
}

/**
 * Makes random whisper files with python3-whisper, imports them, exports them again, and compares
 * what whisper-dump says of the two: header and every point. Returns what differs, in words.
 */
export async function dumpDifferences(
  files: number,
  seed: number,
): Promise<{ compared: number; points: number; wrong: string[] }> {
  const [tree, data, out] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
  const made = makeWhisperFiles(tree.path, files, seed, NOW);
  await run(tree.path, data.path);
  const headers = new Map(made.map(({ path, header }) => [nameOf(path), header]));
  const store = OfflineStore.open(env, data.path);
  const wrong: string[] = [];
  const options = {
    now: NOW,
    from: 0,
    until: NOW + 1,
    consolidationOf: (name: string) => headers.get(name) as Consolidation,
  };
  exportTree(store, chooseSeries(store, "**"), out.path, options, {
    skipped: (name, reason) => wrong.push(`${name}: ${reason}`),
    progress: () => {},
  });
  store.close();
  let compared = 0;
  let points = 0;
  for (const { path } of made) {
    const copy = path.replace(tree.path, out.path);
    const before = dumpOf(path);
    // A series without a point has no file.
    if (!existsSync(copy)) {
      if (before.archives.some(({ size }) => size > 0)) wrong.push(`${path} is not there`);
      continue;
    }
    const after = dumpOf(copy);
    compared++;
    if (before.head.join("\n") !== after.head.join("\n")) wrong.push(`${path}: another header`);
    before.archives.forEach((archive, i) => {
      points += archive.size;
      const other = after.archives[i]!;
      const isSame =
        archive.size === other.size &&
        [...archive].every(([time, value]) => Object.is(other.get(time), value));
      if (!isSame) wrong.push(`${path}: archive ${i}: ${archive.size} points, ${other.size}`);
    });
  }
  for (const folder of [tree, data, out]) folder.remove();
  return { compared, points, wrong };
}

function nameOf(path: string): string {
  return path.split("/").at(-1)!.slice(0, -4);
}
