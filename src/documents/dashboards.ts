import type { Collection, CollectionOptions } from "../storage/documents/collection.ts";

/** A dashboard that is loaded for a value, which takes the place of `key` in it. */
export interface Template {
  key: string;
  /** JSON, byte for byte as it was sent. */
  state: string;
}

const LIMITS = {
  maxDocuments: 10_000,
  maxBytes: 64 << 20,
  maxDocumentBytes: 1 << 20,
  maxWaiting: 50,
};

/** States, JSON byte for byte as it was sent, by name. */
export const DASHBOARD_COLLECTION: CollectionOptions<string> = {
  ...LIMITS,
  name: "dashboards",
  decode: (value) => (typeof value === "string" ? value : null),
};

export const TEMPLATE_COLLECTION: CollectionOptions<Template> = {
  ...LIMITS,
  name: "templates",
  decode: decodeTemplate,
};

const TEMPORARY = /^temporary-(\d{1,15})$/;

/** Saved dashboards and templates, by name. */
export class Dashboards {
  readonly #dashboards: Collection<string>;
  readonly #templates: Collection<Template>;

  constructor(dashboards: Collection<string>, templates: Collection<Template>) {
    this.#dashboards = dashboards;
    this.#templates = templates;
  }

  load(name: string): string | undefined {
    return this.#dashboards.get(name);
  }

  loadTemplate(name: string): Template | undefined {
    return this.#templates.get(name);
  }

  /** @throws GraphiteError as Collection.commit does; so do all that follow */
  save(name: string, state: string): Promise<void> {
    return this.#dashboards.commit(() => [{ key: name, value: state }]);
  }

  saveTemplate(name: string, template: Template): Promise<void> {
    return this.#templates.commit(() => [{ key: name, value: template }]);
  }

  /** Keeps a state under a name of its own, `temporary-N`, and gives the name. */
  async saveTemporary(state: string): Promise<string> {
    let name = "";
    await this.#dashboards.commit((reader) => {
      let next = 0;
      for (const [key] of this.#dashboards.entries()) {
        const number = TEMPORARY.exec(key)?.[1];
        if (number !== undefined) next = Math.max(next, Number(number) + 1);
      }
      // Those of the same batch are not among the entries yet.
      while (reader.get(`temporary-${next}`) !== undefined) next++;
      name = `temporary-${next}`;
      return [{ key: name, value: state }];
    });
    return name;
  }

  /** False when there is none of that name. */
  remove(name: string): Promise<boolean> {
    return removeFrom(this.#dashboards, name);
  }

  removeTemplate(name: string): Promise<boolean> {
    return removeFrom(this.#templates, name);
  }

  /** Names in which all words occur, whatever their case; temporary ones are not found. */
  find(words: readonly string[]): string[] {
    return namesWith(this.#dashboards, words).filter((name) => !name.startsWith("temporary-"));
  }

  findTemplates(words: readonly string[]): string[] {
    return namesWith(this.#templates, words);
  }
}

async function removeFrom<T>(collection: Collection<T>, key: string): Promise<boolean> {
  let isThere = false;
  await collection.commit((reader) => {
    isThere = reader.get(key) !== undefined;
    return isThere ? [{ key, value: null }] : [];
  });
  return isThere;
}

function namesWith<T>(collection: Collection<T>, words: readonly string[]): string[] {
  const wanted = words.map((word) => word.toLowerCase());
  const names: string[] = [];
  for (const [name] of collection.entries()) {
    const lower = name.toLowerCase();
    if (wanted.every((word) => lower.includes(word))) names.push(name);
  }
  return names.sort();
}

function decodeTemplate(value: unknown): Template | null {
  if (typeof value !== "object" || value === null) return null;
  const { key, state } = value as Record<string, unknown>;
  return typeof key === "string" && typeof state === "string" ? { key, state } : null;
}
