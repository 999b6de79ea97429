import type { Environment, FileSystem } from "../environment.ts";
import { NameIndex } from "../index/name-index.ts";
import { FileSet } from "../read/file-set.ts";
import { type Part, partsBetween } from "../read/parts.ts";
import { StoreReader } from "../read/store-reader.ts";
import { TierReader } from "../read/tier-reader.ts";
import { loadStore } from "../recovery.ts";
import {
  CATALOGUE_FILE,
  FORMAT_FILE,
  MANIFEST_FILE,
  readFormat,
  STATFILE_FOLDER,
  WAL_FOLDER,
} from "../store-folder.ts";
import { OwnedStoreView, reserveStoreMemory } from "../store-memory.ts";
import { logFileNames } from "../wal/scan.ts";
import { isGone, retryWhenGone, sizeOf } from "./file-access.ts";
import { NotAStoreError, requireStore } from "./not-a-store.ts";
import { readOnly } from "./read-only-files.ts";
import { measureStore } from "./store-size.ts";

/** Times that a store in use is read anew because it has changed meanwhile. */
const ATTEMPTS = 5;

/**
 * A store as the server would have it after a start, in the memory of this process alone. Nothing
 * of it is changed.
 */
export class OfflineStore {
  readonly view: OwnedStoreView;
  readonly names: NameIndex;
  readonly tiers: TierReader;
  /** Answers as the server would. */
  readonly reader: StoreReader;
  /** What could not be read so far, in words. */
  readonly damage: string[] = [];
  readonly #files: FileSet;

  /** @throws NotAStoreError, NewerVersionError */
  static open(env: Environment, folder: string): OfflineStore {
    const looking = { ...env, files: readOnly(env.files) };
    requireStore(looking.files, folder);
    if (!looking.files.exists(`${folder}/${FORMAT_FILE}`)) {
      throw new NotAStoreError(`${folder}: its file ${FORMAT_FILE} is missing`);
    }
    for (let attempt = 1; ; attempt++) {
      const before = stateOf(looking.files, folder);
      const store = retryWhenGone(ATTEMPTS, () => new OfflineStore(looking, folder));
      if (stateOf(looking.files, folder) === before) return store;
      if (attempt < ATTEMPTS) continue;
      store.damage.push("the store changes too fast to be read at one moment: some may be missing");
      return store;
    }
  }

  private constructor(env: Environment, folder: string) {
    const format = readFormat(env.files, `${folder}/${FORMAT_FILE}`);
    const size = measureStore(env.files, folder, format.storeId);
    this.view = new OwnedStoreView(reserveStoreMemory(size.series, size.pages));
    this.names = new NameIndex(NameIndex.reserve(size.indexSeries));
    const { manifest, damage, replay } = loadStore(env, folder, format, this.view, this.names);
    for (const { file, offset, reason } of damage) {
      this.damage.push(`${file} at ${offset}: ${reason}`);
    }
    if (replay.head.dropped > 0) {
      this.damage.push(`${replay.head.dropped} datapoints of the log found no memory`);
    }
    if (replay.quarantined > 0) {
      this.damage.push(
        `${replay.quarantined} datapoints of the log belong to series without names`,
      );
    }
    const root = `${folder}/${STATFILE_FOLDER}`;
    this.#files = new FileSet(env.files, root, (file, error) => {
      const merged = `${file} is gone: it is missing, or a server has just merged it; try again`;
      this.damage.push(isGone(error) ? merged : error.message);
    });
    this.#files.add(manifest.files);
    this.tiers = new TierReader(this.view, this.#files);
    this.reader = new StoreReader(this.view, this.#files, 0, () => {});
  }

  /** All parts with slots in [from, until), seconds, in the order of the log. */
  partsBetween(from: number, until: number): Part[] {
    return partsBetween(this.view, this.#files, () => {}, from, until);
  }

  close(): void {
    this.#files.close();
  }
}

/**
 * Differs when a server has moved anything between log, catalogue and StatFiles: what is read before
 * and after such a move may have lost what was moved.
 */
function stateOf(files: FileSystem, folder: string): string {
  const [oldest] = logFileNames(files, `${folder}/${WAL_FOLDER}`);
  const sizes = [MANIFEST_FILE, CATALOGUE_FILE].map((name) => sizeOf(files, `${folder}/${name}`));
  return [oldest, ...sizes].join(" ");
}
