import { checkedLines, formatCheckedLine } from "./checked-lines.ts";
import type { Environment, FileId } from "./environment.ts";
import type { DurableParts } from "./head/head.ts";
import type { WindowClass } from "./slots.ts";
import { MANIFEST_FILE } from "./store-folder.ts";
import { type Damage, readWholeFile } from "./wal/scan.ts";

/** A live StatFile. */
export interface FileEntry {
  /** Path below the folder of StatFiles. */
  file: string;
  /** Of the tier that the file belongs to, seconds. */
  step: number;
  retention: number;
  /** Time range of the slots in it, seconds: [from, until). */
  from: number;
  until: number;
  /** Last log position in the file: of two parts of a slot the higher one is the later. */
  lsn: number;
  /** How often its contents were merged; 0 as sealed. The last level of its tier is final. */
  level: number;
  /** The only shard in the file; null for any. */
  shard: number | null;
  /** When it was written, seconds. */
  created: number;
  /** All coarser buckets that its slots feed are on disk, or there are none: it may expire. */
  isRolledUp: boolean;
  /**
   * Only of a file that was imported from another store: which import it was, from 1. Its `lsn` is
   * 0, so that it is older than everything that was received; of two the higher import counts.
   */
  imported?: number;
  bytes: number;
  footerCrc: number;
}

/** A window that is on disk, as the log names it. */
export interface SealedWindow {
  windowClass: WindowClass;
  index: number;
  openLsn: number;
  cutLsn: number;
}

/** One line of the manifest: all of it holds, or nothing. */
export interface Transaction {
  add?: readonly FileEntry[];
  remove?: readonly string[];
  sealed?: readonly SealedWindow[];
  /** Freeze positions of stray logs that are on disk. */
  strays?: readonly number[];
  /** Damaged files that count no more; what is whole of them is in files that are added. */
  quarantine?: readonly QuarantinedFile[];
}

/** A damaged StatFile that was set aside. */
export interface QuarantinedFile extends FileEntry {
  reason: string;
  /** Seconds. */
  since: number;
  /** Blocks of series that could not be read; null when it is not known how many there were. */
  lostBlocks: number | null;
}

/** The order in which parts of a slot count, the later one last. */
export function compareAges(
  a: { lsn: number; imported?: number },
  b: { lsn: number; imported?: number },
): number {
  // Neither of two parts without an end is the later one.
  if (a.lsn !== b.lsn) return a.lsn - b.lsn;
  return (a.imported ?? 0) - (b.imported ?? 0);
}

/** Lines beyond which a manifest with much in it that no longer holds is written anew. */
const REWRITE_LINES = 20_000;

/**
 * The list of what is on disk: an append-only text file, one transaction a line, each line with
 * its crc32: `crc JSON`. It is rewritten as a whole by a temporary file and a rename.
 */
export class Manifest implements DurableParts {
  readonly #env: Environment;
  readonly #path: string;
  readonly #folder: string;
  readonly #files = new Map<string, FileEntry>();
  #sealed: SealedWindow[] = [];
  #strays: number[] = [];
  readonly #sealedKeys = new Set<string>();
  readonly #strayKeys = new Set<number>();
  readonly #removed = new Set<string>();
  readonly #quarantined = new Map<string, QuarantinedFile>();
  #file: FileId | null = null;
  #lines = 0;
  #isSuspect = false;
  readonly damage: Damage[] = [];

  /** Reads what is there; a torn last line never happened, any other bad line is damage. */
  constructor(env: Environment, folder: string) {
    this.#env = env;
    this.#folder = folder;
    this.#path = `${folder}/${MANIFEST_FILE}`;
    if (!env.files.exists(this.#path)) return;
    for (const line of manifestLines(readWholeFile(env.files, this.#path))) {
      const { offset, transaction, isCutOff } = line;
      if (transaction !== null) {
        this.#apply(transaction);
        this.#lines++;
        continue;
      }
      // Appending after a torn line would spoil the next one.
      this.#isSuspect = true;
      if (isCutOff) continue;
      this.damage.push({ file: this.#path, offset, reason: "the line's checksum is wrong" });
    }
  }

  get files(): IterableIterator<FileEntry> {
    return this.#files.values();
  }

  /** A live file; undefined when it is none. */
  get(file: string): FileEntry | undefined {
    return this.#files.get(file);
  }

  /** Whether a file is live. */
  has(file: string): boolean {
    return this.#files.has(file);
  }

  /** Highest log position that a StatFile or a seal knows. */
  get highestLsn(): number {
    let highest = 0;
    for (const { lsn } of this.#files.values()) highest = Math.max(highest, lsn);
    for (const { lsn } of this.#quarantined.values()) highest = Math.max(highest, lsn);
    for (const sealed of this.#sealed) highest = Math.max(highest, sealed.cutLsn);
    for (const strays of this.#strays) highest = Math.max(highest, strays);
    return highest;
  }

  /** Number of the latest import; 0 before the first. */
  get lastImport(): number {
    let last = 0;
    for (const { imported = 0 } of this.#files.values()) last = Math.max(last, imported);
    return last;
  }

  /** Damaged files that were set aside, the oldest first. */
  get quarantined(): QuarantinedFile[] {
    return [...this.#quarantined.values()];
  }

  isQuarantined(file: string): boolean {
    return this.#quarantined.has(file);
  }

  /** Whether a file was live once: what is left of it need not be kept. */
  wasRemoved(file: string): boolean {
    return this.#removed.has(file);
  }

  hasWindow(windowClass: WindowClass, index: number, openLsn: number): boolean {
    return this.#sealedKeys.has(keyOf({ windowClass, index, openLsn }));
  }

  hasStrays(freezeLsn: number): boolean {
    return this.#strayKeys.has(freezeLsn);
  }

  /** Makes a transaction durable. Throws when that failed; it may be tried again. */
  commit(transaction: Transaction): void {
    const line = formatLine(transaction);
    if (this.#isSuspect || this.#lines > REWRITE_LINES + 2 * this.#files.size) {
      this.#rewrite(transaction);
    } else {
      try {
        if (this.#file === null) this.#open();
        this.#env.files.append(this.#file!, line);
        this.#env.files.fdatasync(this.#file!);
      } catch (error) {
        // Whether the line is there is not known: the next commit writes the file anew.
        this.#isSuspect = true;
        throw error;
      }
    }
    this.#apply(transaction);
    this.#lines++;
  }

  /**
   * Forgets which parts of the log below `lsn` are on disk: that log is gone. The file is shorter
   * for it when it is written anew the next time.
   */
  forgetBelow(lsn: number): void {
    for (const sealed of this.#sealed)
      if (sealed.cutLsn < lsn) this.#sealedKeys.delete(keyOf(sealed));
    for (const strays of this.#strays) if (strays < lsn) this.#strayKeys.delete(strays);
    this.#sealed = this.#sealed.filter((sealed) => sealed.cutLsn >= lsn);
    this.#strays = this.#strays.filter((strays) => strays >= lsn);
  }

  close(): void {
    if (this.#file !== null) this.#env.files.close(this.#file);
    this.#file = null;
  }

  #open(): void {
    const isNew = !this.#env.files.exists(this.#path);
    this.#file = this.#env.files.openAppend(this.#path);
    if (isNew) this.#env.files.syncFolder(this.#folder);
  }

  #rewrite(extra: Transaction): void {
    this.close();
    const temporary = `${this.#path}.new`;
    if (this.#env.files.exists(temporary)) this.#env.files.unlink(temporary);
    const file = this.#env.files.create(temporary);
    const present = {
      add: [...this.#files.values()],
      sealed: this.#sealed,
      strays: this.#strays,
      quarantine: this.quarantined,
    };
    this.#env.files.append(file, formatLine(present));
    this.#env.files.append(file, formatLine(extra));
    this.#env.files.fdatasync(file);
    this.#env.files.close(file);
    this.#env.files.rename(temporary, this.#path);
    this.#env.files.syncFolder(this.#folder);
    this.#isSuspect = false;
    this.#removed.clear();
    this.#lines = 1;
  }

  #apply(transaction: Transaction): void {
    for (const file of transaction.remove ?? []) {
      this.#files.delete(file);
      this.#removed.add(file);
    }
    for (const entry of transaction.add ?? []) {
      this.#files.set(entry.file, entry);
      this.#removed.delete(entry.file);
    }
    for (const entry of transaction.quarantine ?? []) {
      this.#files.delete(entry.file);
      this.#quarantined.set(entry.file, entry);
    }
    for (const sealed of transaction.sealed ?? []) {
      this.#sealed.push(sealed);
      this.#sealedKeys.add(keyOf(sealed));
    }
    for (const strays of transaction.strays ?? []) {
      this.#strays.push(strays);
      this.#strayKeys.add(strays);
    }
  }
}

function keyOf({ windowClass, index, openLsn }: Omit<SealedWindow, "cutLsn">): string {
  return `${windowClass} ${index} ${openLsn}`;
}

function formatLine(transaction: Transaction): Uint8Array {
  return formatCheckedLine(JSON.stringify(transaction));
}

/** A line of the manifest as it stands in the file. */
export interface ManifestLine {
  offset: number;
  bytes: Uint8Array;
  /** Null for a line that does not count. */
  transaction: Transaction | null;
  /** The last line, when its end is missing. */
  isCutOff: boolean;
}

export function* manifestLines(bytes: Uint8Array): Generator<ManifestLine> {
  for (const { offset, bytes: line, value, isCutOff } of checkedLines(bytes)) {
    const transaction = value === undefined ? null : (value as Transaction);
    yield { offset, bytes: line, transaction, isCutOff };
  }
}
