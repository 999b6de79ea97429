import type { Environment } from "./environment.ts";
import { Manifest } from "./manifest.ts";
import { Replay } from "./replay.ts";
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
import { type Damage, scanCatalogue, scanLog } from "./wal/scan.ts";

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

/** Log positions left free after a start, so that none is ever given twice. */
const LSN_GAP = 1;

/**
 * Brings the store's memory back from a folder: manifest, catalogue, then the log. No file is
 * changed but for strangers among the StatFiles, which are moved to `orphans`.
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
  const replay = new Replay(view, names, manifest);
  const catalogue = scanCatalogue(env.files, `${folder}/${CATALOGUE_FILE}`, replay);
  replay.beginLog();
  const log = scanLog(env.files, `${folder}/${WAL_FOLDER}`, format.storeId, replay);
  view.series.skipTo(Math.max(log.nextSeries, catalogue.nextSeries));
  return {
    format,
    manifest,
    replay,
    catalogueBytes: catalogue.validBytes,
    walFiles: log.files,
    logEndLsn: log.endLsn,
    damage: [...manifest.damage, ...catalogue.damage, ...log.damage],
  };
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
