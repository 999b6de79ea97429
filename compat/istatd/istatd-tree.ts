import { readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { EVENT, type Mode, type Tier } from "../../src/storage/plan.ts";
import type { BlockColumns } from "../../src/storage/statfile/block.ts";
import { reasonOf } from "../foreign-file.ts";
import { type Level, sourcesOf } from "../import/sources.ts";
import { OutsideFileError } from "../outside-file-error.ts";
import type { NameOfFile } from "../tree-names.ts";
import { BaseSlots } from "./base-slots.ts";
import { type Counter, lookAt, planOfCounter } from "./counter.ts";
import { GatheredBuckets } from "./gathered-buckets.ts";
import { IstatdFile } from "./istatd-file.ts";
import { counterNameOf } from "./source-tree.ts";

/**
 * Names of the counters of a store: those of folders with files. istatd makes files for the parents
 * of counters as well; those with nothing in them are left out.
 */
export function istatdNames(store: string): NameOfFile {
  let lastFolder = "";
  let last: ReturnType<NameOfFile> = null;
  return (path) => {
    // Files of a folder come one after the other.
    const folder = dirname(path);
    if (folder !== lastFolder) {
      lastFolder = folder;
      last = nameOfFolder(store, folder);
    }
    return path.slice(folder.length + 1).startsWith(".") ? null : last;
  };
}

function nameOfFolder(store: string, folder: string): ReturnType<NameOfFile> {
  if (folder === "." || /(^|\/)\./.test(folder)) return null;
  const found = counterNameOf(folder);
  if ("problem" in found) return found;
  if (found.name.replaceAll(".", "/") !== folder) {
    return { problem: "it does not lie where a counter of its name would" };
  }
  return isEmptyParent(join(store, folder)) ? null : found;
}

function isEmptyParent(folder: string): boolean {
  try {
    // Without folders in it there are two links to it, where links are counted.
    if (statSync(folder).nlink === 2) return false;
    const entries = readdirSync(folder, { withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
    if (files.length === entries.length) return false;
    return lookAt(folder, ".", files, () => {}) === null;
  } catch {
    return false;
  }
}

const gathered = new GatheredBuckets();
let guessed = new Uint8Array(1 << 12);
/** Of this, too much is no guess of anybody's. */
const X_FILES_FACTOR = 0.5;

/** A store of istatd, asked for one counter at a time. It keeps nothing open and remembers nothing. */
export class IstatdTree {
  readonly #store: string;

  constructor(store: string) {
    this.#store = store;
  }

  /** Names are in the index, or nowhere. */
  has(): boolean {
    return false;
  }

  /**
   * A counter, to be closed; null when there is none, or nothing in it. The time of a file says
   * nothing: istatd maps its files into memory.
   *
   * @throws OutsideFileError
   */
  open(
    name: string,
    _from: number,
    skip: (path: string, reason: string) => void,
  ): IstatdSeries | null {
    const path = name.replaceAll(".", "/");
    try {
      const entries = readdirSync(join(this.#store, path), { withFileTypes: true });
      const files = entries
        .filter((entry) => !entry.isDirectory() && !entry.name.startsWith("."))
        .map((entry) => entry.name);
      const counter = lookAt(this.#store, path, files, skip);
      return counter === null ? null : new IstatdSeries(path, counter);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
      throw new OutsideFileError(path, reasonOf(error));
    }
  }
}

/** A counter of istatd as a source of buckets. */
export class IstatdSeries {
  readonly #path: string;
  readonly #files: readonly IstatdFile[];
  readonly #levels: readonly Level[];
  readonly mode: Mode;
  readonly method = "average";
  readonly xFilesFactor = X_FILES_FACTOR;
  readonly tiers: readonly Tier[];

  /** @throws Error when a file cannot be opened */
  constructor(path: string, counter: Counter) {
    this.#path = path;
    const { mode, tiers } = planOfCounter(counter, null);
    this.mode = mode;
    this.tiers = tiers;
    const files: IstatdFile[] = [];
    this.#files = files;
    try {
      for (const { file } of counter.plain) files.push(IstatdFile.open(join(counter.folder, file)));
    } catch (error) {
      this.close();
      throw error;
    }
    this.#levels = files.map((file) => ({
      step: file.header.interval,
      from: Math.max(0, file.oldest),
      until: file.reach[1],
    }));
  }

  /** No tier of a counter is read as single values. */
  readValues(): void {
    throw new Error("counters of istatd have buckets");
  }

  /** Fills columns[0..slots) with buckets of a tier. @throws OutsideFileError */
  readColumns(tier: number, firstSlot: number, slots: number, columns: BlockColumns): void {
    const { step } = this.tiers[tier]!;
    const baseStep = this.tiers[0]!.step;
    if (guessed.length < slots) guessed = new Uint8Array(slots);
    gathered.begin(step, firstSlot, slots, this.mode === EVENT ? baseStep : null);
    try {
      for (const source of sourcesOf(this.tiers, tier, this.#levels)) {
        const from = Math.max(firstSlot, Math.ceil(source.from / step));
        const until = Math.min(firstSlot + slots, Math.ceil(source.until / step));
        if (from < until) gathered.add(this.#files[source.level]!, from, until);
      }
      const base = new BaseSlots(this.#files[0]!, baseStep);
      const known = tier === 0 ? null : base.count({ firstSlot, slots }, step);
      const all = Math.max(1, Math.round(step / baseStep));
      gathered.fill(columns, known, guessed, this.mode, all);
    } catch (error) {
      throw new OutsideFileError(this.#path, reasonOf(error));
    }
  }

  close(): void {
    for (const file of this.#files) file.close();
  }
}
