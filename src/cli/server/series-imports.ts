import { takeOver } from "../../documents/set-files.ts";
import type { Settings } from "../../documents/settings.ts";
import type { ImportDoor, WantedName } from "../../http/doors.ts";
import type { FromIngest, PlaceSeries } from "../../ingest/messages.ts";
import { GraphiteError } from "../../model/errors.ts";
import { isAdoptable } from "../../storage/import/adopt.ts";
import type { WantedSeries } from "../../storage/import/import-target.ts";
import { EVENT, GAUGE, REPLACE } from "../../storage/plan.ts";
import type { AdoptFiles, ThreadAdopted } from "../../storage/threads/messages.ts";
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
  readonly #placing = new Map<number, (answer: Placed) => void>();
  readonly #adopting = new Map<number, (failure: string | null) => void>();
  #nextId = 0;

  constructor(threads: ImportThreads, settings: Settings) {
    this.#threads = threads;
    this.#settings = settings;
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
    const id = this.#nextId++;
    const failure = await new Promise<string | null>((resolve) => {
      this.#adopting.set(id, resolve);
      this.#threads.tellStore({ kind: "adopt", id, entries });
    });
    if (failure !== null) throw new GraphiteError("ERR_PARAMETER", failure);
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
