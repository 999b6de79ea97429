import { Collection, type CollectionOptions } from "../storage/documents/collection.ts";
import type { SlowFiles } from "../storage/documents/slow-files.ts";
import type { FileSystem } from "../storage/environment.ts";
import { DOCUMENT_FOLDER } from "../storage/store-folder.ts";
import type { Damage } from "../storage/wal/scan.ts";
import { DASHBOARD_COLLECTION, Dashboards, TEMPLATE_COLLECTION } from "./dashboards.ts";
import { EVENT_COLLECTION, Events } from "./events.ts";
import { LINK_COLLECTION, Links } from "./links.ts";
import { SETTINGS_COLLECTION, Settings } from "./settings.ts";

/** Everything that is kept besides datapoints. */
export class Documents {
  readonly events: Events;
  readonly dashboards: Dashboards;
  readonly links: Links;
  readonly settings: Settings;
  readonly damage: Damage[] = [];
  readonly #collections: Pick<Collection<never>, "bytes" | "repair" | "close">[] = [];
  readonly #failures = new Map<string, string>();

  /**
   * Reads what is in a data directory, which `writing` belongs to from now on. `onFailure` is told
   * why the disk refuses, and null when it takes something again.
   *
   * @throws StartError when a newer version wrote it
   */
  constructor(
    reading: FileSystem,
    writing: SlowFiles,
    dataFolder: string,
    onFailure: (reason: string | null) => void,
  ) {
    const open = <T>(options: CollectionOptions<T>): Collection<T> => {
      const folder = `${dataFolder}/${DOCUMENT_FOLDER}`;
      const collection = new Collection(reading, writing, folder, options);
      collection.onFailure = (reason) => {
        if (reason === null) this.#failures.delete(options.name);
        else this.#failures.set(options.name, reason);
        onFailure([...this.#failures.values()][0] ?? null);
      };
      this.damage.push(...collection.damage);
      this.#collections.push(collection);
      return collection;
    };
    this.events = new Events(open(EVENT_COLLECTION));
    this.dashboards = new Dashboards(open(DASHBOARD_COLLECTION), open(TEMPLATE_COLLECTION));
    this.links = new Links(open(LINK_COLLECTION));
    this.settings = new Settings(open(SETTINGS_COLLECTION));
  }

  /** How much there is, by name. */
  get numbers(): Record<string, number> {
    return {
      events: this.events.size,
      document_bytes: this.#collections.reduce((sum, { bytes }) => sum + bytes, 0),
    };
  }

  /** To be called now and then: what the disk has refused to write is tried again. */
  async repair(): Promise<void> {
    await Promise.all(this.#collections.map((collection) => collection.repair()));
  }

  /** Waits for what was begun; nothing more is taken. */
  async close(): Promise<void> {
    await Promise.all(this.#collections.map((collection) => collection.close()));
  }
}
