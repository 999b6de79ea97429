import type { FileSystem } from "../environment.ts";
import { PAGE_BYTES } from "../head/page-pool.ts";
import { CATALOGUE_FILE, WAL_FOLDER } from "../store-folder.ts";
import type { RecordVisitor } from "../wal/decoder.ts";
import { logFileNames, scanCatalogue, scanLog } from "../wal/scan.ts";
import { sizeOf } from "./file-access.ts";

/** Memory that a store needs to be loaded; what is not touched costs nothing. */
export interface StoreSize {
  series: number;
  /** Series that a name index must be reserved for so that all names fit, however deep they are. */
  indexSeries: number;
  /** Pages of the head. */
  pages: number;
}

/** A name index has two nodes for each series that it is reserved for, and 80 bytes of text. */
const NODES_PER_SERIES = 2;
const TEXT_PER_SERIES = 80;

const SPARE_SHARE = 8;
const MIN_SPARE = 1000;

/** A datapoint takes two bytes of the log at least, and 32 in memory as a stray. */
const HEAD_BYTES_PER_LOG_BYTE = 16;
/** Rows of windows are reserved by the page, also for few series. */
const MIN_HEAD_BYTES = 512 << 20;
const MAX_HEAD_BYTES = 8 * 2 ** 30;

/** How much memory a store needs, from a first look at what it defines. */
export function measureStore(files: FileSystem, folder: string, storeId: Uint8Array): StoreSize {
  const names = new NameCount();
  const catalogue = scanCatalogue(files, `${folder}/${CATALOGUE_FILE}`, names);
  const log = scanLog(files, `${folder}/${WAL_FOLDER}`, storeId, names);
  const known = Math.max(names.next, catalogue.nextSeries, log.nextSeries);
  // A running server may define more until the store is loaded.
  const series = known + Math.ceil(known / SPARE_SHARE) + MIN_SPARE;
  let logBytes = 0;
  for (const name of logFileNames(files, `${folder}/${WAL_FOLDER}`)) {
    logBytes += sizeOf(files, `${folder}/${WAL_FOLDER}/${name}`);
  }
  const wanted = MIN_HEAD_BYTES + logBytes * HEAD_BYTES_PER_LOG_BYTE;
  return {
    series,
    indexSeries: Math.max(
      series,
      Math.ceil(names.nodes / NODES_PER_SERIES),
      Math.ceil(names.bytes / TEXT_PER_SERIES),
    ),
    pages: Math.ceil(Math.min(MAX_HEAD_BYTES, wanted) / PAGE_BYTES),
  };
}

const DOT = 0x2e;

class NameCount implements RecordVisitor {
  /** One above the highest number defined. */
  next = 0;
  nodes = 0;
  bytes = 0;

  series(series: number, _plan: number, _created: number, name: Uint8Array): void {
    this.next = Math.max(this.next, series + 1);
    this.bytes += name.length;
    this.nodes++;
    for (const byte of name) if (byte === DOT) this.nodes++;
  }

  point(): void {}
  bucket(): void {}
  plan(): void {}
  epoch(): void {}
  delete(): void {}
  open(): void {}
  cut(): void {}
  freeze(): void {}
  state(): void {}
  batch(): void {}
}
