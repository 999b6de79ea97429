import type { Collection, CollectionOptions } from "../storage/documents/collection.ts";

/** Paths with their queries by number. */
export const LINK_COLLECTION: CollectionOptions<string> = {
  name: "links",
  decode: (value, key) => (typeof value === "string" && /^[1-9]\d{0,14}$/.test(key) ? value : null),
  maxDocuments: 100_000,
  maxBytes: 64 << 20,
  maxDocumentBytes: 64 << 10,
  maxWaiting: 1000,
};

/** Digits of a short link's number, in the order in which Graphite has them. */
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefghijklmnopqrstuvwxyz";

/** Short names of addresses of this server. */
export class Links {
  readonly #collection: Collection<string>;
  readonly #numbers = new Map<string, number>();
  /** Those that are being written. */
  readonly #pending = new Map<string, Promise<number>>();
  #next = 1;

  constructor(collection: Collection<string>) {
    this.#collection = collection;
    for (const [key, path] of collection.entries()) {
      this.#numbers.set(path, Number(key));
      this.#next = Math.max(this.#next, Number(key) + 1);
    }
  }

  /** The short name of a path, the same one for the same path. @throws as Collection.commit does */
  async shorten(path: string): Promise<string> {
    const known = this.#numbers.get(path);
    if (known !== undefined) return nameOf(known);
    const pending = this.#pending.get(path) ?? this.#keep(path);
    this.#pending.set(path, pending);
    try {
      return nameOf(await pending);
    } finally {
      this.#pending.delete(path);
    }
  }

  /** The path that a short name stands for. */
  path(name: string): string | undefined {
    let number = 0;
    for (const letter of name) {
      const digit = DIGITS.indexOf(letter);
      if (digit < 0 || number > 1e12) return undefined;
      number = number * DIGITS.length + digit;
    }
    return this.#collection.get(String(number));
  }

  async #keep(path: string): Promise<number> {
    const number = this.#next++;
    await this.#collection.commit(() => [{ key: String(number), value: path }]);
    this.#numbers.set(path, number);
    return number;
  }
}

function nameOf(number: number): string {
  let name = "";
  for (let rest = number; rest > 0; rest = Math.floor(rest / DIGITS.length)) {
    name = DIGITS[rest % DIGITS.length] + name;
  }
  return name;
}
