import { rmSync } from "node:fs";
import { join } from "node:path";
import type { ImportBatch, ImportStretch } from "../storage/import/import-batch.ts";
import type {
  ImportTarget,
  PlacedEpoch,
  PlacedSeries,
  WantedSeries,
} from "../storage/import/import-target.ts";
import { ImportedData } from "../storage/import/imported-data.ts";
import { readOnly } from "../storage/inspect/read-only-files.ts";
import { type FileEntry, Manifest } from "../storage/manifest.ts";
import { realEnvironment } from "../storage/node-files.ts";
import type { Plan } from "../storage/plan.ts";
import type { BlockColumns } from "../storage/statfile/block.ts";
import type { OnlyStatistic } from "../storage/statistic.ts";
import { STATFILE_FOLDER } from "../storage/store-folder.ts";
import { ControlClient } from "./control-client.ts";

/** An epoch as JSON has it: infinities are null. */
type PlacedJson = Omit<PlacedSeries, "epochs"> & {
  epochs: (Omit<PlacedEpoch, "from" | "until"> & { from: number | null; until: number | null })[];
};

/** By the number of the mode. */
const MODES = ["replace", "gauge", "event"] as const;

/** The server that an import goes to. */
export interface ImportServer {
  /** Folder in which StatFiles are written, and those of earlier imports lie. */
  readonly root: string;
  /** Number of the latest import, and what there is of imports so far. */
  readonly last: number;
  readonly files: readonly FileEntry[];
  place(series: readonly { name: string; tiers: number[][] }[]): Promise<unknown>;
  /** Makes files of the folder part of the store. */
  adopt(files: readonly FileEntry[]): Promise<void>;
  close(): void;
}

/** The server that runs on a data directory of this machine. */
export class LocalServer implements ImportServer {
  readonly #client: ControlClient;
  readonly root: string;
  readonly last: number;
  readonly files: readonly FileEntry[];

  constructor(folder: string) {
    this.#client = new ControlClient(folder);
    this.root = join(folder, STATFILE_FOLDER);
    const files = readOnly(realEnvironment.files);
    const manifest = new Manifest({ ...realEnvironment, files }, folder);
    this.last = manifest.lastImport;
    this.files = [...manifest.files];
  }

  place(series: readonly object[]): Promise<unknown> {
    return this.#client.call("POST", "/_/import/place", { series });
  }

  async adopt(files: readonly FileEntry[]): Promise<void> {
    await this.#client.call("POST", "/_/import/adopt", { files });
  }

  close(): void {}
}

/**
 * An import into a store that a server runs on: it makes the series, and takes the files that are
 * written here as soon as they are complete.
 */
export class ServerImport implements ImportTarget {
  readonly #server: ImportServer;
  readonly #plans = new Map<number, Plan>();
  readonly #data: ImportedData;
  readonly #number: number;
  #batches = 0;

  constructor(server: ImportServer) {
    this.#server = server;
    this.#number = server.last + 1;
    const plans = { get: (number: number): Plan => this.#plans.get(number)! };
    const files = readOnly(realEnvironment.files);
    this.#data = new ImportedData({ plans }, files, server.root);
    this.#data.add(server.files);
  }

  async place(wanted: readonly WantedSeries[]): Promise<(PlacedSeries | string)[]> {
    const series = wanted.map(({ name, plan }) => ({
      name,
      mode: MODES[plan.mode],
      tiers: plan.tiers.map(({ step, retention, lambda }) => [step, retention, lambda]),
    }));
    const answer = await this.#server.place(series);
    const { placed } = answer as { placed: (PlacedJson | string)[] };
    return placed.map((one) => (typeof one === "string" ? one : this.#placed(one)));
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

  async commit(batch: ImportBatch): Promise<void> {
    if (batch.isEmpty) return;
    // Two imports may run at the same time.
    const name = `${process.pid}-${this.#batches++}`;
    const files = batch.write(realEnvironment, this.#server.root, this.#number, name);
    try {
      await this.#server.adopt(files);
    } catch (error) {
      // What the server has not taken would only be in the way.
      for (const { file } of files) rmSync(join(this.#server.root, file), { force: true });
      throw error;
    }
    this.#data.add(files);
  }

  close(): Promise<void> {
    this.#data.close();
    this.#server.close();
    return Promise.resolve();
  }

  #placed({ series, isNew, epochs }: PlacedJson): PlacedSeries {
    for (const { planNumber, plan } of epochs) this.#plans.set(planNumber, plan);
    return {
      series,
      isNew,
      epochs: epochs.map((epoch) => ({
        ...epoch,
        from: epoch.from ?? Number.NEGATIVE_INFINITY,
        until: epoch.until ?? Number.POSITIVE_INFINITY,
      })),
    };
  }
}
