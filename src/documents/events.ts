import { EventIndex, type EventTags, type TagChoice } from "../model/event-index.ts";
import { EventNews, type EventPosition, type NewsOfEvents } from "../model/event-news.ts";
import type { Collection, CollectionOptions } from "../storage/documents/collection.ts";
import type { Change } from "../storage/documents/format.ts";

/** What is kept of an event. */
export interface EventContent {
  /** Whole seconds since the epoch. */
  when: number;
  what: string;
  data: string;
  tags: string[];
}

export type StoredEvent = EventContent & EventTags;

/** Events as Graphite keeps them; the key of a document is the event's number. */
export const EVENT_COLLECTION: CollectionOptions<EventContent> = {
  name: "events",
  decode: decodeEvent,
  maxDocuments: 100_000,
  maxBytes: 64 << 20,
  maxDocumentBytes: 64 << 10,
  maxWaiting: 1000,
};

/** Changes that expiry makes in one go. */
const EXPIRY_BATCH = 10_000;

/** The events of the server: found by time and tags, and followed by query threads. */
export class Events {
  readonly #collection: Collection<EventContent>;
  readonly #index = new EventIndex<StoredEvent>();
  readonly #news = new EventNews(() => this.#index.find(null, "known", -Infinity, Infinity));
  #nextId = 1;

  constructor(collection: Collection<EventContent>) {
    this.#collection = collection;
    for (const [key, content] of collection.entries()) this.#put(Number(key), content);
    collection.onChange = (changes) => this.#follow(changes);
  }

  get size(): number {
    return this.#index.size;
  }

  get(id: number): StoredEvent | undefined {
    return this.#index.get(id);
  }

  /** Keeps an event and gives its number. @throws GraphiteError as Collection.commit does */
  async add(content: EventContent): Promise<number> {
    const id = this.#nextId++;
    await this.#collection.commit(() => [{ key: String(id), value: content }]);
    return id;
  }

  /** False when there is no such event. @throws GraphiteError as Collection.commit does */
  async remove(id: number): Promise<boolean> {
    const key = String(id);
    let isThere = false;
    await this.#collection.commit((reader) => {
      isThere = reader.get(key) !== undefined;
      return isThere ? [{ key, value: null }] : [];
    });
    return isThere;
  }

  /** Events with from <= when <= until, oldest first; all tags when `tags` is null. */
  find(
    tags: readonly string[] | null,
    choice: TagChoice,
    from: number,
    until: number,
  ): StoredEvent[] {
    return this.#index.find(tags, choice, from, until);
  }

  /** Removes events of before `when`; returns how many. @throws GraphiteError */
  async expire(when: number): Promise<number> {
    const old = this.find(null, "known", -Infinity, when - 1);
    for (let at = 0; at < old.length; at += EXPIRY_BATCH) {
      const batch = old.slice(at, at + EXPIRY_BATCH);
      await this.#collection.commit(() =>
        batch.map(({ id }) => ({ key: String(id), value: null })),
      );
    }
    return old.length;
  }

  /** What has changed since a position that this has given before; everything without one. */
  since(position: EventPosition | null): NewsOfEvents {
    return this.#news.since(position);
  }

  #follow(changes: readonly Change<EventContent>[]): void {
    for (const { key, value } of changes) {
      const id = Number(key);
      if (value === null) this.#index.remove(id);
      else this.#put(id, value);
      this.#news.push(value === null ? id : { id, when: value.when, tags: value.tags });
    }
  }

  #put(id: number, content: EventContent): void {
    this.#index.add({ id, ...content });
    this.#nextId = Math.max(this.#nextId, id + 1);
  }
}

function decodeEvent(value: unknown, key: string): EventContent | null {
  if (!/^[1-9]\d{0,14}$/.test(key) || typeof value !== "object" || value === null) return null;
  const { when, what, data, tags } = value as Record<string, unknown>;
  const isEvent =
    Number.isSafeInteger(when) &&
    typeof what === "string" &&
    typeof data === "string" &&
    Array.isArray(tags) &&
    tags.every((tag) => typeof tag === "string");
  return isEvent ? { when: Number(when), what, data, tags } : null;
}
