import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { WhisperMethod } from "../../../compat/whisper/format.ts";
import { whisperPathOf } from "../../../compat/whisper/series-path.ts";
import { WhisperTree, whisperNames } from "../../../compat/whisper/whisper-tree.ts";
import { writeWhisper } from "../../../compat/whisper/write-whisper.ts";
import { StorageRules } from "../../../src/model/schema.ts";
import {
  type OutsideMemory,
  reserveOutsideMemory,
} from "../../../src/query/outside/outside-memory.ts";
import { OutsideNames } from "../../../src/query/outside/outside-names.ts";
import { OutsideStore } from "../../../src/query/outside/outside-store.ts";
import { UnionSource } from "../../../src/query/outside/union-source.ts";
import { StoreSource } from "../../../src/query/store-source.ts";
import { TagIndex } from "../../../src/query/tags/tag-index.ts";
import { type Mode, REPLACE } from "../../../src/storage/plan.ts";
import { temporaryFolder } from "../../server.ts";
import { SimulatedFiles } from "../../storage/simulated-files.ts";
import { StoreHarness } from "../../storage/store-harness.ts";

export const NOW = 1_700_000_123;
const DAY = 86_400;

export interface Archive {
  step: number;
  points: number;
  /** By the time of a point; NaN for none. */
  valueAt: (time: number) => number;
}

/** A store, and a whisper tree behind it, as a query thread has them. */
export class TreeWorld {
  readonly folder = temporaryFolder();
  readonly tree = this.folder.path;
  readonly store: StoreHarness;
  readonly source: UnionSource;
  readonly problems: string[] = [];
  readonly memory: OutsideMemory = reserveOutsideMemory(1000);
  readonly #names: OutsideNames;

  constructor(taggedNames: ReadonlyMap<string, string> = new Map()) {
    const clock = { wallMs: () => NOW * 1000, monotonicMs: () => NOW * 1000 };
    this.store = new StoreHarness({ clock, files: new SimulatedFiles(1) }, "data", { pages: 2048 });
    const { names, reader } = this.store;
    const rules = new StorageRules(null, null);
    const own = new StoreSource(names, TagIndex.own(names), reader, rules);
    const report = (path: string, reason: string): void => {
      this.problems.push(`${path}: ${reason}`);
    };
    this.#names = new OutsideNames(this.tree, whisperNames(taggedNames), this.memory, report);
    this.source = new UnionSource(own, [
      new OutsideStore(0, this.memory, new WhisperTree(this.tree), report),
    ]);
  }

  scan(): void {
    this.#names.scan();
  }

  /** Writes the file of a series, as whisper would have it at NOW. */
  file(name: string, archives: readonly Archive[], method: WhisperMethod = "average"): string {
    const found = whisperPathOf(name);
    if ("problem" in found) throw new Error(found.problem);
    const path = join(this.tree, found.path);
    mkdirSync(dirname(path), { recursive: true });
    writeWhisper(path, { method, xFilesFactor: 0.5, archives }, (i) => {
      const { step, points, valueAt } = archives[i]!;
      const firstSlot = Math.floor(NOW / step) - points + 1;
      const values = Float64Array.from({ length: points }, (_, n) =>
        valueAt((firstSlot + n) * step),
      );
      return { firstSlot, values };
    });
    return path;
  }

  /** A series of our own with its datapoints. */
  series(
    name: string,
    step: number,
    points: readonly [number, number][],
    mode: Mode = REPLACE,
  ): void {
    const tiers = [
      { step, retention: 2 * DAY, lambda: 0 },
      { step: step * 60, retention: 100 * DAY, lambda: 0 },
    ];
    const { writer } = this.store;
    const series = writer.createSeries(name, writer.planNumber({ mode, tiers }));
    for (const [time, value] of points) writer.point(series, time, value, 0, -1);
  }

  /** Known values by time, and the step; null when there is no such series, or nothing of the time. */
  async values(
    pattern: string,
    from: number,
    until = NOW,
  ): Promise<{ step: number; values: Map<number, number> } | null> {
    const window = { from, until, now: NOW };
    const leaves = await this.source.find(pattern, window, 100);
    const [read] = await this.source.fetch(leaves, window, 1_000_000);
    if (read === undefined) return null;
    const values = new Map<number, number>();
    for (const [i, value] of read.values.entries()) {
      if (!Number.isNaN(value)) values.set(read.start + i * read.step, value);
    }
    return { step: read.step, values };
  }

  remove(): void {
    this.folder.remove();
  }
}

/** Times of the slots of `step` seconds in (from, until]. */
export function timesOf(step: number, from: number, until: number): number[] {
  const first = Math.floor(from / step) + 1;
  const last = Math.floor(until / step);
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
}
