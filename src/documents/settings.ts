import type { Collection, CollectionOptions } from "../storage/documents/collection.ts";

/** Texts by `CONTAINER/KEY`; a container that is there has one by `CONTAINER/` besides. */
export const SETTINGS_COLLECTION: CollectionOptions<string> = {
  name: "settings",
  decode: (value, key) => (typeof value === "string" && key.includes("/") ? value : null),
  maxDocuments: 100_000,
  maxBytes: 64 << 20,
  maxDocumentBytes: 1 << 20,
  maxWaiting: 1000,
};

/**
 * istatd's settings: containers of texts by key. Its pages keep users and dashboards in them. Names
 * of containers have no slash.
 */
export class Settings {
  readonly #collection: Collection<string>;
  readonly #keys = new Map<string, Set<string>>();

  constructor(collection: Collection<string>) {
    this.#collection = collection;
    for (const [path] of collection.entries()) this.#note(path, true);
    collection.onChange = (changes) => {
      for (const { key, value } of changes) this.#note(key, value !== null);
    };
  }

  has(container: string): boolean {
    return this.#keys.has(container);
  }

  /** Keys and values of a container, sorted by key; empty when there is none. */
  entries(container: string): [key: string, value: string][] {
    const entries: [string, string][] = [];
    for (const key of [...(this.#keys.get(container) ?? [])].sort()) {
      const value = key === "" ? undefined : this.#collection.get(`${container}/${key}`);
      if (value !== undefined) entries.push([key, value]);
    }
    return entries;
  }

  /**
   * Sets keys of a container, which is there from then on; an empty value removes its key. All of it
   * holds or nothing.
   *
   * @throws GraphiteError as Collection.commit does
   */
  async set(container: string, values: readonly (readonly [string, string])[]): Promise<void> {
    const changes = values
      .filter(([key]) => key !== "")
      .map(([key, value]) => ({ key: `${container}/${key}`, value: value === "" ? null : value }));
    await this.#collection.commit((reader) =>
      // What is there already needs no mark; what is removed need not have been there.
      reader.get(`${container}/`) === undefined
        ? [{ key: `${container}/`, value: "" }, ...changes]
        : changes.filter(({ key, value }) => reader.get(key) !== (value ?? undefined)),
    );
  }

  /** Names of containers, sorted. */
  containers(): string[] {
    return [...this.#keys.keys()].sort();
  }

  get(container: string, key: string): string | undefined {
    return key === "" ? undefined : this.#collection.get(`${container}/${key}`);
  }

  /**
   * Sets a key, or removes it with null, as long as its value is what the caller believes it to be.
   * Resolves with false, and changes nothing, when it is not.
   *
   * @throws GraphiteError as Collection.commit does
   */
  async replace(
    container: string,
    key: string,
    value: string | null,
    isAsBelieved: (current: string | undefined) => boolean,
  ): Promise<boolean> {
    let isDone = false;
    await this.#collection.commit((reader) => {
      const path = `${container}/${key}`;
      isDone = isAsBelieved(reader.get(path));
      if (!isDone) return [];
      const mark = { key: `${container}/`, value: "" };
      const change = { key: path, value };
      return reader.get(mark.key) === undefined ? [mark, change] : [change];
    });
    return isDone;
  }

  #note(path: string, isThere: boolean): void {
    const at = path.indexOf("/");
    const container = path.slice(0, at);
    const key = path.slice(at + 1);
    const keys = this.#keys.get(container) ?? new Set();
    if (isThere) keys.add(key);
    else keys.delete(key);
    this.#keys.set(container, keys);
  }
}
