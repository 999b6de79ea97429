import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { IstatdFile } from "../../../compat/istatd/istatd-file.ts";
import { type GoldenFile, goldenFiles } from "./golden-files.ts";

/** The files of a counter in a golden store. */
export interface GoldenCounter {
  name: string;
  levels: { level: string; golden: GoldenFile; file: IstatdFile }[];
}

/** Counters by fixture; those files that are not named as counters and levels are left out. */
export function goldenStores(): Map<string, GoldenCounter[]> {
  const stores = new Map<string, GoldenCounter[]>();
  for (const golden of goldenFiles()) {
    const [fixture = "", file = ""] = golden.id.split("/");
    const nodes = file.split("__");
    if (nodes.length < 2) continue;
    const level = nodes.pop()!;
    const name = nodes.join(".");
    const counters = stores.get(fixture) ?? [];
    stores.set(fixture, counters);
    const counter = counters.find((one) => one.name === name) ?? { name, levels: [] };
    if (!counters.includes(counter)) counters.push(counter);
    counter.levels.push({ level, golden, file: IstatdFile.of(golden.bytes) });
  }
  return stores;
}

/** Lays counters out as istatd does. */
export function writeStore(folder: string, counters: readonly GoldenCounter[]): void {
  for (const { name, levels } of counters) {
    for (const { level, golden } of levels) {
      const path = join(folder, ...name.split("."), level);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, golden.bytes);
    }
  }
}

/** The moment of the newest bucket in any of the files, seconds. */
export function newestOf(counters: readonly GoldenCounter[]): number {
  const times = counters.flatMap(({ levels }) =>
    levels.map(({ file }) => file.timeOf(file.header.lastIndex)),
  );
  return Math.max(...times);
}
