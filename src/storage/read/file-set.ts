import { StatFileError } from "../codec/bytes.ts";
import type { FileSystem } from "../environment.ts";
import { compareAges, type FileEntry } from "../manifest.ts";
import { MAX_TIERS } from "../plan.ts";
import { SHARD_SERIES } from "../series-table.ts";
import { GroupCache } from "../statfile/group-cache.ts";
import { StatFileReader } from "../statfile/reader.ts";

/** Open files that a reader keeps at most. */
const MAX_OPEN = 1000;
const MAX_CACHED_BYTES = 16 << 20;

/** A StatFile and where in it the sections of a (plan, tier, shard) are. */
export interface OpenStatFile {
  entry: FileEntry;
  reader: StatFileReader;
  sections: Map<number, number[]>;
}

export function sectionKey(plan: number, tier: number, series: number): number {
  return shardKey(plan, tier, Math.floor(series / SHARD_SERIES));
}

function shardKey(plan: number, tier: number, shard: number): number {
  return (plan * MAX_TIERS + tier) * 65_536 + shard;
}

/**
 * The StatFiles that one reading thread knows: the manifest's list as it was told, and an LRU of
 * open files. A file that cannot be read is reported once and left out.
 */
export class FileSet {
  readonly #files: FileSystem;
  readonly #root: string;
  readonly #report: (file: string, error: Error) => void;
  readonly #entries = new Map<string, FileEntry>();
  readonly #open = new Map<string, OpenStatFile>();
  readonly #broken = new Set<string>();
  readonly #cache = new GroupCache(MAX_CACHED_BYTES);
  /** Times that something of a file was left out. */
  failures = 0;
  /** Version of the list, as it was told; see ToReader. */
  version = 0;
  /** Log positions of the parts that are in these files. */
  readonly #parts = new Set<number>();

  constructor(files: FileSystem, root: string, report: (file: string, error: Error) => void) {
    this.#files = files;
    this.#root = root;
    this.#report = report;
  }

  get count(): number {
    return this.#entries.size;
  }

  add(entries: Iterable<FileEntry>): void {
    for (const entry of entries) {
      this.#entries.set(entry.file, entry);
      if (entry.imported === undefined) this.#parts.add(entry.lsn);
    }
  }

  /** Files that are no longer live; what they held is in others. */
  remove(files: Iterable<string>): void {
    for (const file of files) {
      this.#entries.delete(file);
      this.#broken.delete(file);
      this.#open.get(file)?.reader.close();
      this.#open.delete(file);
    }
  }

  /** Whether the window or stray log that ended at this log position is in a file. */
  hasPart(lsn: number): boolean {
    return this.#parts.has(lsn);
  }

  /** Files with slots in [from, until), seconds, in the order of the log. */
  between(from: number, until: number): FileEntry[] {
    const found: FileEntry[] = [];
    for (const entry of this.#entries.values()) {
      if (entry.until > from && entry.from < until) found.push(entry);
    }
    return found.sort(compareAges);
  }

  /** Null for a file that cannot be read. */
  open(entry: FileEntry): OpenStatFile | null {
    const known = this.#open.get(entry.file);
    if (known !== undefined) {
      this.#open.delete(entry.file);
      this.#open.set(entry.file, known);
      return known;
    }
    if (this.#broken.has(entry.file)) return null;
    try {
      const path = `${this.#root}/${entry.file}`;
      const reader = StatFileReader.open(this.#files, path, entry, this.#cache);
      const sections = new Map<number, number[]>();
      reader.sections.forEach((section, i) => {
        const key = shardKey(section.plan, section.tier, section.shard);
        const list = sections.get(key);
        if (list === undefined) sections.set(key, [i]);
        else list.push(i);
      });
      const opened = { entry, reader, sections };
      this.#open.set(entry.file, opened);
      this.#evict();
      return opened;
    } catch (error) {
      this.breakFile(entry, error);
      return null;
    }
  }

  /** Whether a file is damaged; what it held is lost. */
  isBroken(entry: FileEntry): boolean {
    return this.#broken.has(entry.file);
  }

  /** Leaves a file out: a damaged one from now on, one that cannot be read just now this time. */
  breakFile(entry: FileEntry, error: unknown): void {
    if (this.#broken.has(entry.file)) return;
    this.failures++;
    if (isDamage(error)) this.#broken.add(entry.file);
    this.#open.get(entry.file)?.reader.close();
    this.#open.delete(entry.file);
    this.#report(entry.file, error instanceof Error ? error : new Error(String(error)));
  }

  close(): void {
    for (const { reader } of this.#open.values()) reader.close();
    this.#open.clear();
  }

  #evict(): void {
    for (const [file, { reader }] of this.#open) {
      if (this.#open.size <= MAX_OPEN) return;
      reader.close();
      this.#open.delete(file);
    }
  }
}

/** Whether a file is lost, and not just out of reach for a moment. */
export function isDamage(error: unknown): boolean {
  if (error instanceof StatFileError) return true;
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
