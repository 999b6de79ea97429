import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { takeOver } from "../../documents/set-files.ts";
import type { Settings } from "../../documents/settings.ts";
import type { ImportDoor, WantedName } from "../../http/doors.ts";
import type { FromIngest, PlaceSeries } from "../../ingest/messages.ts";
import { GraphiteError } from "../../model/errors.ts";
import { isAdoptable, isImportFile } from "../../storage/import/adopt.ts";
import type { WantedSeries } from "../../storage/import/import-target.ts";
import { readOnly } from "../../storage/inspect/read-only-files.ts";
import { type FileEntry, Manifest } from "../../storage/manifest.ts";
import { realEnvironment } from "../../storage/node-files.ts";
import { EVENT, GAUGE, REPLACE } from "../../storage/plan.ts";
import { STATFILE_FOLDER } from "../../storage/store-folder.ts";
import type { AdoptFiles, ThreadAdopted } from "../../storage/threads/messages.ts";
import { ImportUploads } from "./import-uploads.ts";
import { type LogSync, untilDurable } from "./until-durable.ts";

const MODES = { replace: REPLACE, gauge: GAUGE, event: EVENT } as const;

type Placed = FromIngest & { kind: "placed" };

/** What imports need of the other threads. */
export interface ImportThreads extends LogSync {
  tellIngest(message: PlaceSeries): void;
  tellStore(message: AdoptFiles): void;
}

/** Imports beside a running server: the ingest thread makes series, the store thread takes files. */
export class SeriesImports implements ImportDoor {
  readonly #threads: ImportThreads;
  readonly #settings: Settings;
  readonly #folder: string;
  readonly #uploads: ImportUploads;
  readonly #placing = new Map<number, (answer: Placed) => void>();
  readonly #adopting = new Map<number, (failure: string | null) => void>();
  #nextId = 0;

  /** @param folder the data directory */
  constructor(folder: string, threads: ImportThreads, settings: Settings) {
    this.#folder = folder;
    this.#threads = threads;
    this.#settings = settings;
    this.#uploads = new ImportUploads(folder);
  }

  takeSettings(
    container: string,
    values: readonly (readonly [string, string])[],
  ): Promise<boolean> {
    return takeOver(this.#settings, container, values);
  }

  async place(wanted: readonly WantedName[]): Promise<unknown[]> {
    const id = this.#nextId++;
    const series = wanted.map(({ name, mode, tiers }): WantedSeries => {
      const list = tiers.map(([step, retention, lambda]) => ({ step, retention, lambda }));
      return { name, plan: { mode: MODES[mode], tiers: list } };
    });
    const answer = await new Promise<Placed>((resolve) => {
      this.#placing.set(id, resolve);
      this.#threads.tellIngest({ kind: "place", id, series });
    });
    // Files may name the series only when the log will always know them.
    const failure = "the log cannot be synced: import again later; see /health";
    if (answer.lsn > 0) await untilDurable(this.#threads, answer.lsn, failure);
    return answer.placed;
  }

  async adopt(files: readonly unknown[]): Promise<void> {
    const entries = files.filter(isAdoptable);
    if (entries.length < files.length) {
      throw new GraphiteError("ERR_PARAMETER", "that is no file of an import");
    }
    const uploads = await this.#uploads.place(entries.map(({ file }) => file));
    const failure = await this.#adopt(entries, uploads.length > 0);
    if (failure === null) return;
    await this.#uploads.withdraw(uploads);
    throw new GraphiteError("ERR_PARAMETER", failure);
  }

  async imported(): Promise<{ last: number; files: readonly FileEntry[] }> {
    const files = readOnly(realEnvironment.files);
    const manifest = new Manifest({ ...realEnvironment, files }, this.#folder);
    const imported = [...manifest.files].filter((entry) => entry.imported !== undefined);
    return { last: manifest.lastImport, files: imported };
  }

  async read(file: string): Promise<Readable> {
    const handle = isImportFile(file) ? await openQuietly(this.#pathOf(file)) : null;
    if (handle === null) {
      throw new GraphiteError("ERR_NOT_FOUND", "there is no file of an import of that name");
    }
    return handle.createReadStream();
  }

  receive(file: string, bytes: number, body: AsyncIterable<Uint8Array>): Promise<void> {
    return this.#uploads.receive(file, bytes, body);
  }

  #adopt(entries: readonly FileEntry[], areUploads: boolean): Promise<string | null> {
    const id = this.#nextId++;
    return new Promise((resolve) => {
      this.#adopting.set(id, resolve);
      this.#threads.tellStore({ kind: "adopt", id, entries, areUploads });
    });
  }

  #pathOf(file: string): string {
    return join(this.#folder, STATFILE_FOLDER, file);
  }

  /** An answer of the ingest thread. */
  onPlaced(answer: Placed): void {
    this.#placing.get(answer.id)?.(answer);
    this.#placing.delete(answer.id);
  }

  /** An answer of the store thread. */
  onAdopted({ id, failure }: ThreadAdopted): void {
    this.#adopting.get(id)?.(failure);
    this.#adopting.delete(id);
  }
}

async function openQuietly(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, "r");
  } catch {
    return null;
  }
}
