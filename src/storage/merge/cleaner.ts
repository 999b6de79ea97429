import type { FileEntry } from "../manifest.ts";
import { isDamage } from "../read/file-set.ts";
import type { StatFileReader } from "../statfile/reader.ts";
import type { StoreView } from "../store-memory.ts";
import { isCrash } from "../wal/files.ts";
import { cleanFile, deadShare } from "./clean-file.ts";
import { type LiveFiles, nextName, type Turn } from "./live-files.ts";
import type { CleanJob } from "./planner.ts";
import { isMergedWithin } from "./spans.ts";

/** Share of a file's blocks that are of deleted series, above which it is written again. */
const MAX_DEAD_SHARE = 0.25;
/** A file that is merged within so many seconds waits for that. */
const CLEAN_SECONDS = 7 * 86_400;

/** Finds the files that have much of deleted series, and writes them again without. */
export class Cleaner {
  readonly #live: LiveFiles;
  readonly #view: StoreView;
  /** Shards of which series were deleted, and the files that may have much of those. */
  readonly #shards = new Set<number>();
  readonly #suspects = new Set<string>();
  cleanedFiles = 0;

  constructor(live: LiveFiles, view: StoreView) {
    this.#live = live;
    this.#view = view;
  }

  /** Series of these shards were deleted: files that are not merged any more are looked through. */
  deleted(shards: readonly number[]): void {
    for (const shard of shards) this.#shards.add(shard);
    this.#suspect(this.#live.entries, new Set(shards));
  }

  /** New files: a series may have been deleted when its block was written already. */
  written(entries: readonly FileEntry[]): void {
    this.#suspect(entries, this.#shards);
  }

  /** The next file to be looked through; null for none. */
  next(isBlocked: (job: CleanJob) => boolean): CleanJob | null {
    for (const file of this.#suspects) {
      const entry = this.#live.manifest.get(file);
      if (entry === undefined) {
        this.#suspects.delete(file);
        continue;
      }
      const job: CleanJob = { kind: "clean", span: entry, inputs: [entry] };
      if (!isBlocked(job)) return job;
    }
    return null;
  }

  /** Looks through a file, and writes it again when it is worth it; `now` in seconds. */
  *run({ inputs: [entry] }: CleanJob, now: number): Generator<Turn> {
    const { file } = entry;
    this.#suspects.delete(file);
    if (entry.imported === undefined && isMergedWithin(entry, now, CLEAN_SECONDS)) return;
    let reader: StatFileReader | null = null;
    try {
      reader = this.#live.open(entry);
      if (deadShare(reader, this.#view) <= MAX_DEAD_SHARE) return;
      // It stays one until it is done, so that it is tried again after a full disk.
      this.#suspects.add(file);
      yield* this.#clean(entry, reader);
      this.#suspects.delete(file);
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#suspects.delete(file);
      this.#live.set.breakFile(entry, error);
    } finally {
      reader?.close();
    }
  }

  /** The new file takes the old one's place in every respect. */
  *#clean(entry: FileEntry, reader: StatFileReader): Generator<Turn> {
    const live = this.#live;
    const out = live.output(nextName(entry.file, "clean"), entry.lsn, () => entry.level);
    try {
      yield* cleanFile(this.#view, reader, out);
      const add = out.finish().map(({ file, bytes, footerCrc }) => ({
        ...entry,
        file,
        bytes,
        footerCrc,
      }));
      yield* live.untilDurable();
      live.commit(add, [entry.file]);
      this.cleanedFiles++;
    } catch (error) {
      if (!isCrash(error)) out.abandon();
      throw error;
    }
  }

  /** Files that are still to be merged are not looked through. */
  #suspect(entries: Iterable<FileEntry>, shards: ReadonlySet<number>): void {
    if (shards.size === 0) return;
    for (const { file, level, shard, imported } of entries) {
      const isMerged = level > 0 || imported !== undefined;
      if (isMerged && (shard === null || shards.has(shard))) this.#suspects.add(file);
    }
  }
}
