import { type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { REPLACE } from "../../src/storage/plan.ts";
import type { BlockColumns } from "../../src/storage/statfile/block.ts";
import { statisticNumber } from "../../src/storage/statistic.ts";
import { reasonOf } from "../foreign-file.ts";
import { OutsideFileError } from "../outside-file-error.ts";
import type { NameOfFile } from "../tree-names.ts";
import { readablePathOf, seriesNameOf, whisperPathOf } from "./series-path.ts";
import { WhisperFile } from "./whisper-file.ts";

/** A query that needs more of a `.wsp.gz` is no use of it. */
const MAX_UNPACKED_BYTES = 64 << 20;
/** A file may be ahead of the clock by so much. */
const AHEAD_SECONDS = 3600;
/** What is written in this moment may not be whole yet. */
const FRESH_MS = 5000;

/** Names of files of a tree; those under a hash that is not in `taggedNames` have none. */
export function whisperNames(taggedNames: ReadonlyMap<string, string>): NameOfFile {
  return (path) => {
    if (!path.endsWith(".wsp") && !path.endsWith(".wsp.gz")) return null;
    const found = seriesNameOf(path, taggedNames);
    if ("problem" in found) {
      const isHashed = /^_tagged\/.*\/[0-9a-f]{64}\.wsp(\.gz)?$/.test(path);
      return { problem: isHashed ? null : found.problem };
    }
    const plain = path.replace(/\.gz$/, "");
    // Whisper itself does not find it by its name either.
    if (pathsOf(found.name).includes(plain)) return found;
    return { problem: "it does not lie where a file of its name would" };
  };
}

/** A whisper tree, asked for one series at a time. It keeps nothing open and remembers nothing. */
export class WhisperTree {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** Whether there is a file for a name, as far as the disk says. */
  has(name: string): boolean {
    try {
      return this.#find(name) !== null;
    } catch {
      return false;
    }
  }

  /**
   * The file of a series, to be closed; null when there is none, or none that was written to since
   * `from`, seconds.
   *
   * @throws OutsideFileError
   */
  open(name: string, from: number): WhisperSeries | null {
    const found = this.#reach(name);
    if (found === null || found.stat.mtimeMs / 1000 + AHEAD_SECONDS < from) return null;
    const path = join(this.#root, found.path);
    try {
      return new WhisperSeries(found.path, WhisperFile.open(path, MAX_UNPACKED_BYTES));
    } catch (error) {
      const isGone = (error as NodeJS.ErrnoException).code === "ENOENT";
      if (isGone || Date.now() - found.stat.mtimeMs < FRESH_MS) return null;
      throw fileError(found.path, error);
    }
  }

  /** @throws OutsideFileError */
  #reach(name: string): { path: string; stat: Stats } | null {
    try {
      return this.#find(name);
    } catch (error) {
      throw fileError(name, error);
    }
  }

  #find(name: string): { path: string; stat: Stats } | null {
    for (const plain of pathsOf(name)) {
      for (const path of [plain, `${plain}.gz`]) {
        const stat = statOf(join(this.#root, path));
        if (stat !== null) return { path, stat };
      }
    }
    return null;
  }
}

/** A whisper file as a source of buckets: the finest archive has datapoints, others one statistic. */
export class WhisperSeries {
  readonly #path: string;
  readonly #file: WhisperFile;
  readonly mode = REPLACE;
  readonly method;
  readonly xFilesFactor: number;
  readonly tiers: readonly { step: number; retention: number; lambda: number }[];

  constructor(path: string, file: WhisperFile) {
    this.#path = path;
    this.#file = file;
    const { method, xFilesFactor, archives } = file.header;
    this.method = method;
    this.xFilesFactor = xFilesFactor;
    this.tiers = archives.map(({ step, points }) => ({
      step,
      retention: step * points,
      lambda: 0,
    }));
  }

  /** Fills `values` with what a tier holds from a slot on; NaN is a gap. @throws OutsideFileError */
  readValues(tier: number, firstSlot: number, values: Float64Array): void {
    try {
      this.#file.read(tier, firstSlot, values);
    } catch (error) {
      throw fileError(this.#path, error);
    }
  }

  /** Fills columns[0..slots) with buckets of a tier. @throws OutsideFileError */
  readColumns(tier: number, firstSlot: number, slots: number, columns: BlockColumns): void {
    const values = new Float64Array(slots);
    this.readValues(tier, firstSlot, values);
    columns.clear(slots);
    const only = statisticNumber(this.method);
    const known = this.tiers[tier]!.step / this.tiers[0]!.step;
    const single = { count: 1, slots: 1, sum: 0, min: 0, max: 0, last: 0, m2: 0 };
    for (let i = 0; i < slots; i++) {
      const value = values[i]!;
      if (Number.isNaN(value)) continue;
      if (tier > 0) {
        columns.setOnly(i, only, value, known);
        continue;
      }
      single.sum = value;
      single.min = value;
      single.max = value;
      single.last = value;
      columns.set(i, single);
    }
  }

  close(): void {
    this.#file.close();
  }
}

/** Where the file of a name may be, below the tree: tagged ones under a hash, or under the name. */
function pathsOf(name: string): string[] {
  const found = whisperPathOf(name);
  const paths = "path" in found ? [found.path] : [];
  const readable = name.includes(";") ? readablePathOf(name) : null;
  if (readable !== null) paths.push(readable);
  return paths;
}

/** Null when there is none: names that the system finds too long have none. */
function statOf(path: string): Stats | null {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENAMETOOLONG") return null;
    throw error;
  }
}

function fileError(path: string, error: unknown): OutsideFileError {
  return new OutsideFileError(path, reasonOf(error));
}
