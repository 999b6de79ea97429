import type { Clock } from "../environment.ts";
import type { FileEntry } from "../manifest.ts";
import { isDamage } from "../read/file-set.ts";
import { fileParts, type Part } from "../read/parts.ts";
import { TierReader } from "../read/tier-reader.ts";
import type { SectionFiles } from "../seal/section-files.ts";
import type { StatFileReader } from "../statfile/reader.ts";
import type { StoreView } from "../store-memory.ts";
import { isCrash } from "../wal/files.ts";
import { type LiveFiles, nextName, type Turn } from "./live-files.ts";
import type { Postponed } from "./postponed.ts";
import { salvageFile } from "./salvage-file.ts";

/** A file that is damaged, and what was found. */
export interface DamagedFile {
  entry: FileEntry;
  error: Error;
}

/** Sets damaged files aside; what is whole of them goes on in files that take their place. */
export class Rescuer {
  readonly #live: LiveFiles;
  readonly #view: StoreView;
  readonly #clock: Clock;
  readonly #postponed: Postponed;
  readonly #damaged = new Map<string, Error>();
  rescuedFiles = 0;

  constructor(live: LiveFiles, view: StoreView, clock: Clock, postponed: Postponed) {
    this.#live = live;
    this.#view = view;
    this.#clock = clock;
    this.#postponed = postponed;
  }

  /** A file is damaged: it must not be merged any more. */
  damaged(file: string, error: Error): void {
    this.#damaged.set(file, error);
  }

  isDamaged(file: string): boolean {
    return this.#damaged.has(file);
  }

  /** Somebody found this file damaged: it is looked at as a whole. */
  *examine(file: string): Generator<number> {
    const entry = this.#live.manifest.get(file);
    if (entry === undefined || this.#damaged.has(file)) return;
    let reader: StatFileReader | null = null;
    try {
      reader = this.#live.open(entry);
      yield* reader.verify();
    } catch (error) {
      if (!isDamage(error)) throw error;
      // It may have been merged meanwhile.
      if (this.#live.manifest.has(file)) this.#live.set.breakFile(entry, error);
    } finally {
      reader?.close();
    }
  }

  next(): DamagedFile | null {
    for (const [file, error] of this.#damaged) {
      const entry = this.#live.manifest.get(file);
      if (entry === undefined) this.#damaged.delete(file);
      else if (!this.#postponed.has(nameOf(entry))) return { entry, error };
    }
    return null;
  }

  *run({ entry, error }: DamagedFile): Generator<Turn> {
    const live = this.#live;
    const { file } = entry;
    // Whatever comes of it, it is not tried again at once.
    this.#postponed.add(nameOf(entry));
    const out = live.output(nextName(file, "rescued"), entry.lsn, () => entry.level);
    let reader: StatFileReader | null = null;
    try {
      reader = this.#open(entry);
      const lostBlocks = reader === null ? null : yield* this.#salvage(entry, reader, out);
      if (lostBlocks === 0) {
        // It stood beside a damaged one, or could not be read for a moment.
        out.abandon();
        live.readAgain(entry);
        this.#damaged.delete(file);
        return;
      }
      const add = out.finish().map(({ file: name, bytes, footerCrc }) => ({
        ...entry,
        file: name,
        bytes,
        footerCrc,
      }));
      yield* live.untilDurable();
      const since = Math.floor(this.#clock.wallMs() / 1000);
      // Roll-ups that are gone as a whole are written again from what is finer.
      const again = reader === null ? finerThan(live.entries, entry) : [];
      live.quarantine([...add, ...again], { ...entry, reason: error.message, since, lostBlocks });
      this.#damaged.delete(file);
      this.#postponed.delete(nameOf(entry));
      this.rescuedFiles++;
    } catch (cause) {
      if (!isCrash(cause)) out.abandon();
      throw cause;
    } finally {
      reader?.close();
    }
  }

  /** Null when nothing of the file can be read. */
  #open(entry: FileEntry): StatFileReader | null {
    try {
      return this.#live.open(entry);
    } catch (error) {
      if (!isDamage(error)) throw error;
      return null;
    }
  }

  #salvage(
    { file }: FileEntry,
    reader: StatFileReader,
    out: SectionFiles,
  ): Generator<undefined, number> {
    const { set } = this.#live;
    const others = (from: number, until: number): Part[] =>
      fileParts(set, from, until).filter(
        (part) => part.kind !== "file" || part.entry.file !== file,
      );
    return salvageFile(this.#view, reader, new TierReader(this.#view, set), others, out);
  }
}

/** Files of finer tiers whose roll-ups may have been in a file, to be rolled up again. */
function finerThan(files: Iterable<FileEntry>, { step, from, until }: FileEntry): FileEntry[] {
  return [...files]
    .filter((one) => one.step < step && one.from < until && one.until > from && one.isRolledUp)
    .map((one) => ({ ...one, isRolledUp: one.imported !== undefined }));
}

function nameOf({ file }: FileEntry): string {
  return `rescue ${file}`;
}
