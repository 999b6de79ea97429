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
import { Manifest } from "../storage/manifest.ts";
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

/**
 * An import into a data directory that a server runs on: it makes the series, and takes the files
 * that are written here as soon as they are complete.
 */
export class ServerImport implements ImportTarget {
  readonly #client: ControlClient;
  readonly #root: string;
  readonly #plans = new Map<number, Plan>();
  readonly #data: ImportedData;
  readonly #number: number;
  #batches = 0;

  constructor(folder: string) {
    this.#client = new ControlClient(folder);
    this.#root = join(folder, STATFILE_FOLDER);
    const files = readOnly(realEnvironment.files);
    const manifest = new Manifest({ ...realEnvironment, files }, folder);
    this.#number = manifest.lastImport + 1;
    const plans = { get: (number: number): Plan => this.#plans.get(number)! };
    this.#data = new ImportedData({ plans }, files, this.#root);
    this.#data.add(manifest.files);
  }

  async place(wanted: readonly WantedSeries[]): Promise<(PlacedSeries | string)[]> {
    const series = wanted.map(({ name, plan }) => ({
      name,
      mode: MODES[plan.mode],
      tiers: plan.tiers.map(({ step, retention, lambda }) => [step, retention, lambda]),
    }));
    const answer = await this.#client.call("POST", "/_/import/place", { series });
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
    const files = batch.write(realEnvironment, this.#root, this.#number, name);
    try {
      await this.#client.call("POST", "/_/import/adopt", { files });
    } catch (error) {
      // What the server has not taken would only be in the way.
      for (const { file } of files) rmSync(join(this.#root, file), { force: true });
      throw error;
    }
    this.#data.add(files);
  }

  close(): Promise<void> {
    this.#data.close();
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
