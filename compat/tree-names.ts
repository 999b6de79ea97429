import { type Dir, type Dirent, opendirSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import type { NameIndex } from "../src/storage/index/name-index.ts";
import { reasonOf } from "./foreign-file.ts";
import { MAX_DEPTH } from "./import/list-folder.ts";

/**
 * Name of the series that a file is of, or why there is none, without a reason when that is usual;
 * null for a file of no series.
 */
export type NameOfFile = (path: string) => { name: string } | { problem: string | null } | null;

export interface TreeEvents {
  /** A folder or file is left out: said once, as long as it stays so. */
  problem(path: string, reason: string): void;
  /** Names have come or gone, or files of which no name is known. */
  changed(): void;
}

/** What there is after a scan. */
export interface TreeScan {
  folders: number;
  series: number;
  /** Files that are of a series whose name is not known. */
  unnamed: number;
  /** There is more than there is room for. */
  isFull: boolean;
}

interface Folder {
  path: string;
  dev: number;
  ino: number;
  /** When it was changed, as it said when it was listed, and when that was; milliseconds. */
  changedMs: number;
  listedMs: number;
  series: number[];
  unnamed: number;
  folders: Folder[];
}

const MAX_FOLDERS = 1_000_000;
/** What is changed twice in this time may show the same time of change. */
const RACY_MS = 2500;
const ENTRIES_AT_A_TIME = 1024;

/**
 * Keeps an index of the names of all series in a tree of files. A scan looks at every folder, but
 * lists only those in which something has come or gone since: that takes two microseconds for a
 * folder, whatever number of files is in it. Links are followed, in circles not.
 */
export class TreeNames {
  readonly #root: string;
  readonly #names: NameIndex;
  readonly #nameOf: NameOfFile;
  readonly #events: TreeEvents;
  readonly #top = newFolder("");
  /** Files beyond the first that have a name. */
  readonly #more = new Map<number, number>();
  /** Numbers of series that have gone. Those of tagged ones are not used again: they stay listed. */
  readonly #free: number[] = [];
  #next = 0;
  #folders = 0;
  #unnamed = 0;
  #isFull = false;

  /** Numbers of series in `names` are given out by this, and mean nothing else. */
  constructor(root: string, names: NameIndex, nameOf: NameOfFile, events: TreeEvents) {
    this.#root = root;
    this.#names = names;
    this.#nameOf = nameOf;
    this.#events = events;
  }

  scan(): TreeScan {
    this.#folders = 0;
    this.#unnamed = 0;
    this.#isFull = false;
    if (!this.#visit(this.#top, [])) this.#drop(this.#top);
    return {
      folders: this.#folders,
      series: this.#names.count,
      unnamed: this.#unnamed,
      isFull: this.#isFull,
    };
  }

  /** Brings what is known of a folder, and of those in it, up to date; false when it is none. */
  #visit(folder: Folder, above: readonly Folder[]): boolean {
    const path = join(this.#root, folder.path);
    let stat: Stats;
    try {
      stat = statSync(path);
    } catch (error) {
      // Out of reach is not gone: what it holds is asked for, and reported when it cannot be read.
      return !isGone(error);
    }
    if (!stat.isDirectory()) return false;
    if (above.length > MAX_DEPTH || above.some((one) => isSame(one, stat))) {
      this.#events.problem(folder.path, "a link leads in a circle");
      return false;
    }
    if (++this.#folders > MAX_FOLDERS) {
      this.#isFull = true;
      return true;
    }
    const isListed = isSame(folder, stat) && folder.changedMs === stat.mtimeMs;
    if (!isListed || folder.listedMs - folder.changedMs < RACY_MS) this.#list(folder, stat);
    this.#unnamed += folder.unnamed;
    const within = [...above, folder];
    folder.folders = folder.folders.filter((child) => {
      const isThere = this.#visit(child, within);
      if (!isThere) this.#drop(child);
      return isThere;
    });
    return true;
  }

  #list(folder: Folder, stat: Stats): void {
    const isFirst = folder.listedMs === 0;
    const listedMs = Date.now();
    const had = new Set(folder.series);
    const has = new Set<number>();
    const folders = new Set<Folder>();
    const known = new Map(folder.folders.map((child) => [child.path, child]));
    let unnamed = 0;
    let isWhole = true;
    try {
      for (const entry of entriesOf(join(this.#root, folder.path))) {
        const path = folder.path === "" ? entry.name : `${folder.path}/${entry.name}`;
        if (this.#isFolder(entry, path)) {
          folders.add(known.get(path) ?? newFolder(path));
          continue;
        }
        const found = this.#nameOf(path);
        if (found === null) continue;
        if ("problem" in found) {
          unnamed++;
          if (isFirst && found.problem !== null) this.#events.problem(path, found.problem);
          continue;
        }
        const number = this.#numberOf(found.name, had, has);
        if (number >= 0) has.add(number);
        else isWhole = false;
      }
    } catch (error) {
      if (isFirst) this.#events.problem(folder.path, reasonOf(error));
      folder.listedMs = listedMs;
      return;
    }
    const isChanged =
      unnamed !== folder.unnamed || has.size !== had.size || [...has].some((one) => !had.has(one));
    for (const number of had) if (!has.has(number)) this.#release(number);
    for (const child of folder.folders) if (!folders.has(child)) this.#drop(child);
    folder.dev = stat.dev;
    folder.ino = stat.ino;
    // Next time there may be room for all.
    folder.changedMs = isWhole ? stat.mtimeMs : -1;
    if (!isWhole) this.#isFull = true;
    folder.listedMs = listedMs;
    folder.series = [...has];
    folder.unnamed = unnamed;
    folder.folders = [...folders];
    if (isChanged) this.#events.changed();
  }

  #isFolder(entry: Dirent, path: string): boolean {
    if (!entry.isSymbolicLink()) return entry.isDirectory();
    try {
      return statSync(join(this.#root, path)).isDirectory();
    } catch {
      return false;
    }
  }

  /** Number of a name, which a folder had, or gets; -1 when there is no room for it. */
  #numberOf(name: string, had: ReadonlySet<number>, has: ReadonlySet<number>): number {
    const known = this.#names.seriesAt(name);
    if (known >= 0) {
      if (!had.has(known) && !has.has(known)) {
        this.#more.set(known, (this.#more.get(known) ?? 0) + 1);
      }
      return known;
    }
    const number = this.#free.pop() ?? this.#next;
    if (number >= this.#names.capacity) return -1;
    try {
      this.#names.add(name, number);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return -1;
    }
    if (number === this.#next) this.#next++;
    return number;
  }

  /** A folder has no file of a series any more. */
  #release(number: number): void {
    const more = this.#more.get(number) ?? 0;
    if (more > 1) this.#more.set(number, more - 1);
    else if (more === 1) this.#more.delete(number);
    else {
      const isTagged = this.#names.nameOf(number).includes(";");
      if (this.#names.remove(number) && !isTagged) this.#free.push(number);
    }
  }

  #drop(folder: Folder): void {
    for (const number of folder.series) this.#release(number);
    for (const child of folder.folders) this.#drop(child);
    Object.assign(folder, newFolder(folder.path));
    this.#events.changed();
  }
}

function newFolder(path: string): Folder {
  return {
    path,
    dev: 0,
    ino: 0,
    changedMs: -1,
    listedMs: 0,
    series: [],
    unnamed: 0,
    folders: [],
  };
}

/** A folder may hold a million files: they are not all in memory at once. */
function* entriesOf(path: string): Generator<Dirent> {
  const folder: Dir = opendirSync(path, { bufferSize: ENTRIES_AT_A_TIME });
  try {
    for (let entry = folder.readSync(); entry !== null; entry = folder.readSync()) yield entry;
  } finally {
    folder.closeSync();
  }
}

function isSame(folder: Folder, { dev, ino }: Stats): boolean {
  return folder.dev === dev && folder.ino === ino;
}

function isGone(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ENOTDIR";
}
