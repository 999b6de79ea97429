import type { Environment } from "./environment.ts";
import { Manifest } from "./manifest.ts";
import { Replay } from "./replay.ts";
import { setAside } from "./set-aside.ts";
import { StartError } from "./start-error.ts";
import {
  CATALOGUE_FILE,
  ORPHAN_FOLDER,
  openFolder,
  STATFILE_FOLDER,
  type StoreFormat,
  WAL_FOLDER,
} from "./store-folder.ts";
import type { OwnedStoreView } from "./store-memory.ts";
import type { NameSink } from "./store-writer.ts";
import type { WalFile } from "./wal/files.ts";
import {
  type Damage,
  type ScannedCatalogue,
  type ScannedLog,
  scanCatalogue,
  scanLog,
} from "./wal/scan.ts";

/** What the files of a store say. */
export interface LoadedStore {
  format: StoreFormat;
  manifest: Manifest;
  replay: Replay;
  catalogueBytes: number;
  walFiles: WalFile[];
  /** LSN after the last record that the log holds. */
  logEndLsn: number;
  damage: Damage[];
}

/** Everything that is known after a start, and what the writers go on with. */
export interface Recovered extends LoadedStore {
  /** LSN that the next record gets. */
  nextLsn: number;
  /** StatFiles that the manifest does not know; moved aside, never deleted. */
  orphans: number;
}

type ScannedStore = { replay: Replay; catalogue: ScannedCatalogue; log: ScannedLog };

/** Seconds for which a series that was created is young. */
const YOUNG_SECONDS = 86_400;
/** Log positions left free after a start, so that none is ever given twice. */
const LSN_GAP = 1;

/**
 * Brings the store's memory back from a folder: manifest, catalogue, then the log. No file that
 * counts is changed. Among the StatFiles, those that were never finished and those that the manifest
 * knows to be removed are unlinked, and strangers are moved to `orphans`.
 *
 * @throws StartError when the store cannot be opened as it is; nothing is changed then
 */
export function recover(
  env: Environment,
  folder: string,
  view: OwnedStoreView,
  names: NameSink,
): Recovered {
  const loaded = loadStore(env, folder, openFolder(env, folder), view, names);
  return {
    ...loaded,
    nextLsn: Math.max(loaded.logEndLsn, loaded.manifest.highestLsn) + LSN_GAP,
    orphans: moveOrphans(env, folder, loaded.manifest),
  };
}

/** The part of `recover` that only reads. */
export function loadStore(
  env: Environment,
  folder: string,
  format: StoreFormat,
  view: OwnedStoreView,
  names: NameSink,
): LoadedStore {
  const manifest = new Manifest(env, folder);
  const replay = new Replay(view, names, manifest, env.clock.wallMs() / 1000 - YOUNG_SECONDS);
  for (const { until } of manifest.files) replay.newest = Math.max(replay.newest, until);
  const catalogue = scanCatalogue(env.files, `${folder}/${CATALOGUE_FILE}`, replay);
  replay.beginLog();
  const log = scanLog(env.files, `${folder}/${WAL_FOLDER}`, format.storeId, replay);
  const scanned = { replay, catalogue, log };
  checkRoom(view, scanned);
  view.series.skipTo(Math.max(log.nextSeries, catalogue.nextSeries));
  const tail = isTailLost(scanned) ? catalogue.tail : null;
  return {
    format,
    manifest,
    replay,
    // A damaged frame stays where it is, and the next one goes behind it.
    catalogueBytes: tail === null ? catalogue.validBytes : catalogue.bytes,
    walFiles: log.files,
    logEndLsn: log.endLsn,
    damage: [
      ...manifest.damage,
      ...catalogue.damage,
      ...(tail === null ? [] : [{ file: tail.file, offset: tail.offset, reason: tail.reason }]),
      ...log.damage,
    ],
  };
}

function checkRoom(view: OwnedStoreView, { replay, catalogue, log }: ScannedStore): void {
  const { capacity } = view.series;
  const needed = Math.max(replay.neededSeries, catalogue.nextSeries, log.nextSeries);
  if (needed > capacity) {
    throw new StartError(
      `the store has numbers for ${needed} series, and there is memory for ${capacity}: start with --max-series ${needed} or more`,
    );
  }
  if (replay.isIndexFull) {
    throw new StartError(
      `the names of the store do not fit into the memory for ${capacity} series: start with the --max-series that it had before, or with ${capacity * 2}`,
    );
  }
}

/**
 * Whether the bad end of the catalogue is damage. After a crash it is not: a frame that no sync has
 * covered may be short, or of full length and hold zeros or anything, and the log still has all of
 * its definitions, because it is kept until the catalogue is synced. It is damage when the log does
 * not have them any more: when a series has no definition, or when the frame says itself that it
 * ended below the position at which the log begins.
 */
function isTailLost({ replay, catalogue, log }: ScannedStore): boolean {
  const { tail, nextSeries } = catalogue;
  if (tail === null) return false;
  if (tail.lsn > 0 && tail.lsn <= log.firstLsn) return true;
  return replay.lacksSeries(nextSeries, log.nextSeries);
}

function moveOrphans(env: Environment, folder: string, manifest: Manifest): number {
  const { files } = env;
  const root = `${folder}/${STATFILE_FOLDER}`;
  const known = new Set([...manifest.files].map((entry) => entry.file));
  let orphans = 0;
  for (const group of files.list(root)) {
    for (const name of files.list(`${root}/${group}`)) {
      const file = `${group}/${name}`;
      if (known.has(file)) continue;
      if (manifest.isQuarantined(file)) {
        setAside(files, folder, file);
        continue;
      }
      if (name.endsWith(".tmp") || manifest.wasRemoved(file)) {
        files.unlink(`${root}/${file}`);
        continue;
      }
      const aside = `${folder}/${ORPHAN_FOLDER}`;
      if (!files.exists(aside)) files.makeFolder(aside);
      files.rename(`${root}/${file}`, `${aside}/${group}-${name}`);
      orphans++;
    }
  }
  return orphans;
}
