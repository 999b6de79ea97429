import { encodeColumnDense } from "../codec/column-codec.ts";
import type { Environment } from "../environment.ts";
import type { FileEntry, Manifest, QuarantinedFile } from "../manifest.ts";
import type { Tier } from "../plan.ts";
import { FileSet } from "../read/file-set.ts";
import { SectionFiles } from "../seal/section-files.ts";
import { setAside } from "../set-aside.ts";
import { StatFileReader } from "../statfile/reader.ts";
import { STATFILE_FOLDER } from "../store-folder.ts";
import type { StoreView } from "../store-memory.ts";
import { isCrash } from "../wal/files.ts";

/** What a job says when it has done a little: others may work, or nothing can be done at present. */
export type Turn = "wait" | undefined;

/** Told after each change. */
export interface LiveFileEvents {
  /** The list of live files has changed; readers must know before the removed ones are unlinked. */
  changed(added: readonly FileEntry[], removed: readonly string[]): void;
  /** A file cannot be read. */
  damaged(file: string, error: Error): void;
  /** Files that were not there before. */
  written(entries: readonly FileEntry[]): void;
}

/** A file that is not live any more. */
interface Leaving {
  file: string;
  /** Readers that pinned an earlier epoch may still have it open. */
  epoch: number;
  isSetAside: boolean;
}

/**
 * The StatFiles that count, for those who change which do: each change is one line of the manifest,
 * readers are told, and files that count no more go when the last reader has let go of them.
 */
export class LiveFiles {
  readonly manifest: Manifest;
  readonly set: FileSet;
  readonly #env: Environment;
  readonly #view: StoreView;
  readonly #folder: string;
  readonly #root: string;
  readonly #durableLsn: () => number;
  readonly #events: LiveFileEvents;
  #leaving: Leaving[] = [];
  bytesWritten = 0;

  constructor(
    env: Environment,
    view: StoreView,
    folder: string,
    manifest: Manifest,
    durableLsn: () => number,
    events: LiveFileEvents,
  ) {
    this.#env = env;
    this.#view = view;
    this.#folder = folder;
    this.#root = `${folder}/${STATFILE_FOLDER}`;
    this.manifest = manifest;
    this.#durableLsn = durableLsn;
    this.#events = events;
    this.set = new FileSet(env.files, this.#root, (file, error) => events.damaged(file, error));
    this.set.add(manifest.files);
  }

  get entries(): Iterable<FileEntry> {
    return this.manifest.files;
  }

  /** Share of the disk that is free. */
  get freeShare(): number {
    return this.#env.files.freeShare(this.#folder);
  }

  /** @throws StatFileError for a damaged file */
  open(entry: FileEntry): StatFileReader {
    return StatFileReader.open(this.#env.files, `${this.#root}/${entry.file}`, entry);
  }

  /** New files; none gets the name of one that was live, or may still be read. */
  output(name: string, lsn: number, levelOf: (tier: Tier) => number): SectionFiles {
    const { manifest } = this;
    return new SectionFiles(this.#env, this.#root, {
      name,
      lsn,
      levelOf,
      encode: encodeColumnDense,
      isTaken: (file) =>
        manifest.has(file) ||
        manifest.wasRemoved(file) ||
        manifest.isQuarantined(file) ||
        this.#leaving.some((leaving) => leaving.file === file),
    });
  }

  /** Deleted series were left out of what is written: that must not be undone by a power cut. */
  *untilDurable(): Generator<Turn> {
    const { deletedLsn } = this.#view.series;
    while (this.#durableLsn() <= deletedLsn) yield "wait";
  }

  /** `add` counts from now on, some of it perhaps only otherwise than before, and `remove` no more. */
  commit(add: readonly FileEntry[], remove: readonly string[]): void {
    const known = new Set([...this.entries].map(({ file }) => file));
    this.manifest.commit({ add, remove });
    this.#changed(add, remove, known, false);
  }

  /** The same for a damaged file, which is set aside and not unlinked. */
  quarantine(add: readonly FileEntry[], damaged: QuarantinedFile): void {
    const known = new Set([...this.entries].map(({ file }) => file));
    this.manifest.commit({ add, quarantine: [damaged] });
    this.#changed(add, [damaged.file], known, true);
  }

  /** A file that could not be read for a moment is open to all again. */
  readAgain(entry: FileEntry): void {
    this.set.remove([entry.file]);
    this.set.add([entry]);
  }

  /** Lets those go that no reader has open any more. */
  letGo(): void {
    if (this.#leaving.length === 0) return;
    this.#leaving = this.#leaving.filter((leaving) => {
      if (!this.#view.epochs.isFree(leaving.epoch)) return true;
      try {
        if (leaving.isSetAside) setAside(this.#env.files, this.#folder, leaving.file);
        else this.#env.files.unlink(`${this.#root}/${leaving.file}`);
      } catch (error) {
        if (isCrash(error)) throw error;
        // The next start does it: the manifest knows what became of the file.
      }
      return false;
    });
  }

  close(): void {
    this.set.close();
  }

  #changed(
    add: readonly FileEntry[],
    remove: readonly string[],
    known: ReadonlySet<string>,
    isSetAside: boolean,
  ): void {
    const written = add.filter(({ file }) => !known.has(file));
    for (const { bytes } of written) this.bytesWritten += bytes;
    this.set.add(add);
    this.set.remove(remove);
    this.#events.written(written);
    this.#events.changed(add, remove);
    // Whoever pins an epoch from now on has been told.
    const epoch = this.#view.epochs.advance();
    for (const file of remove) this.#leaving.push({ file, epoch, isSetAside });
  }
}

/** Name of the file that takes the place of `file`, without folder and suffix. */
export function nextName(file: string, why: "clean" | "rescued"): string {
  const name = file.slice(file.indexOf("/") + 1, -".statfile".length);
  const [, base, number] = new RegExp(`^(.*?)(?:-${why}-(\\d+))?$`).exec(name)!;
  return `${base}-${why}-${Number(number ?? 0) + 1}`;
}
