import type { CatalogueBuffer } from "../catalogue-buffer.ts";
import { CatalogueFile } from "../catalogue-file.ts";
import type { Environment } from "../environment.ts";
import { PAGE_BYTES } from "../head/page-pool.ts";
import { NameIndex } from "../index/name-index.ts";
import { measureStore } from "../inspect/store-size.ts";
import { lockFolder } from "../lock.ts";
import type { Manifest } from "../manifest.ts";
import type { Plan } from "../plan.ts";
import { recover } from "../recovery.ts";
import type { BlockColumns } from "../statfile/block.ts";
import type { OnlyStatistic } from "../statistic.ts";
import { openFolder, STATFILE_FOLDER } from "../store-folder.ts";
import { OwnedStoreView, reserveStoreMemory } from "../store-memory.ts";
import type { ImportBatch, ImportStretch } from "./import-batch.ts";
import type { ImportTarget, PlacedSeries, WantedSeries } from "./import-target.ts";
import { ImportedData } from "./imported-data.ts";
import { placedSeries } from "./placed-series.ts";

/** Head pages that a store without a log needs. */
const MIN_PAGES = 1024;

/**
 * An import into a store that no server runs on: the same start as a server's, under the same lock.
 * Definitions go to the catalogue before the manifest names files that need them, and each batch is
 * one line of the manifest: what is killed in between never happened.
 */
export class OfflineImport implements ImportTarget {
  readonly #env: Environment;
  readonly #folder: string;
  readonly #unlock: () => void;
  readonly #view: OwnedStoreView;
  readonly #names: NameIndex;
  readonly #manifest: Manifest;
  readonly #catalogue: CatalogueFile;
  readonly #definitions: CatalogueBuffer;
  readonly #data: ImportedData;
  readonly #number: number;
  readonly #nextLsn: number;
  #batches = 0;
  /** What of the store could not be read, in words. */
  readonly damage: string[];

  /**
   * `maxSeries` is how many the store may have in the end.
   *
   * @throws LockedError, StartError
   */
  static open(env: Environment, folder: string, maxSeries: number): OfflineImport {
    if (!env.files.exists(folder)) env.files.makeFolder(folder);
    const unlock = lockFolder(folder);
    try {
      return new OfflineImport(env, folder, maxSeries, unlock);
    } catch (error) {
      unlock();
      throw error;
    }
  }

  private constructor(env: Environment, folder: string, maxSeries: number, unlock: () => void) {
    this.#env = env;
    this.#folder = folder;
    this.#unlock = unlock;
    const { storeId } = openFolder(env, folder);
    const size = measureStore(env.files, folder, storeId);
    const series = Math.max(size.series, maxSeries);
    this.#view = new OwnedStoreView(
      reserveStoreMemory(series, Math.max(MIN_PAGES, Math.min(size.pages, 2 ** 33 / PAGE_BYTES))),
    );
    this.#names = new NameIndex(NameIndex.reserve(Math.max(size.indexSeries, maxSeries)));
    const recovered = recover(env, folder, this.#view, this.#names);
    this.damage = recovered.damage.map(
      ({ file, offset, reason }) => `${file} at ${offset}: ${reason}`,
    );
    this.#manifest = recovered.manifest;
    this.#catalogue = new CatalogueFile(env, folder, recovered.catalogueBytes);
    this.#definitions = recovered.replay.catalogue;
    this.#nextLsn = recovered.nextLsn;
    this.#number = this.#manifest.lastImport + 1;
    this.#data = new ImportedData(this.#view, env.files, `${folder}/${STATFILE_FOLDER}`);
    this.#data.add(this.#manifest.files);
  }

  place(wanted: readonly WantedSeries[]): Promise<(PlacedSeries | string)[]> {
    return Promise.resolve(wanted.map(({ name, plan }) => this.#place(name, plan)));
  }

  keepKnown(
    series: number,
    stretch: ImportStretch,
    statistic: OnlyStatistic,
    values: Float64Array,
    knownSlots: Float64Array,
    standsIn: Uint8Array,
  ): boolean {
    return this.#data.keepKnown(series, stretch, statistic, values, knownSlots, standsIn);
  }

  keepKnownColumns(
    series: number,
    stretch: ImportStretch,
    columns: BlockColumns,
    guessed: Uint8Array,
  ): boolean {
    return this.#data.keepKnownColumns(series, stretch, columns, guessed);
  }

  commit(batch: ImportBatch): Promise<void> {
    if (this.#definitions.bytes > 0) {
      this.#catalogue.append(this.#definitions.take(this.#view.series.next, this.#nextLsn));
    }
    if (!batch.isEmpty) {
      const root = `${this.#folder}/${STATFILE_FOLDER}`;
      const add = batch.write(this.#env, root, this.#number, String(this.#batches++));
      this.#manifest.commit({ add });
      this.#data.add(add);
    }
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#data.close();
    this.#catalogue.close();
    this.#manifest.close();
    this.#unlock();
    return Promise.resolve();
  }

  #place(name: string, plan: Plan): PlacedSeries | string {
    let series = this.#names.seriesAt(name);
    const isNew = series < 0;
    if (isNew) {
      const made = this.#define(name, plan);
      if (typeof made === "string") return made;
      series = made;
    }
    return placedSeries(this.#view, series, isNew);
  }

  #define(name: string, plan: Plan): number | string {
    const { plans, series: table } = this.#view;
    const series = table.next;
    if (series >= table.capacity) return `the store has ${series} series, as many as it may have`;
    try {
      let number = plans.numberOf(plan);
      if (number < 0) {
        number = plans.add(plan);
        this.#definitions.plan(number, plan);
      }
      this.#names.add(name, series);
      table.define(series, number);
      const created = Math.floor(this.#env.clock.wallMs() / 1000);
      this.#definitions.series(series, number, created, Buffer.from(name));
      return series;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return error.message;
    }
  }
}
