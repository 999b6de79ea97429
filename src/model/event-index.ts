/** Something that happened at a moment, as query threads know it. */
export interface EventTags {
  id: number;
  /** Whole seconds since the epoch. */
  when: number;
  tags: readonly string[];
}

/**
 * Which of the tags asked for an event needs: `all` of them, `any` of them, or all `known` ones, so
 * that a tag that no event has is ignored as long as there is another one. The last is what Graphite
 * does unless it is told otherwise.
 */
export type TagChoice = "known" | "all" | "any";

/** Events by time and tags. */
export class EventIndex<E extends EventTags> {
  readonly #byId = new Map<number, E>();
  /** By time and number; with some that are gone, and out of order, while `#isSorted` is false. */
  #sorted: E[] = [];
  #isSorted = true;
  readonly #tagCounts = new Map<string, number>();

  get size(): number {
    return this.#byId.size;
  }

  get(id: number): E | undefined {
    return this.#byId.get(id);
  }

  add(event: E): void {
    this.remove(event.id);
    this.#byId.set(event.id, event);
    for (const tag of event.tags) this.#tagCounts.set(tag, (this.#tagCounts.get(tag) ?? 0) + 1);
    const last = this.#sorted.at(-1);
    if (last !== undefined && compare(last, event) > 0) this.#isSorted = false;
    this.#sorted.push(event);
  }

  remove(id: number): void {
    const event = this.#byId.get(id);
    if (event === undefined) return;
    this.#byId.delete(id);
    for (const tag of event.tags) {
      const count = this.#tagCounts.get(tag)! - 1;
      if (count === 0) this.#tagCounts.delete(tag);
      else this.#tagCounts.set(tag, count);
    }
    this.#isSorted = false;
  }

  /** Events with from <= when <= until, by time and number; all tags when `tags` is null. */
  find(tags: readonly string[] | null, choice: TagChoice, from: number, until: number): E[] {
    const wanted = tags === null ? null : this.#wanted(tags, choice);
    if (wanted?.length === 0) return [];
    const sorted = this.#inOrder();
    const found: E[] = [];
    const isEnough = choice === "any" ? hasAny : hasAll;
    for (let i = lowerBound(sorted, from); i < sorted.length; i++) {
      const event = sorted[i]!;
      if (event.when > until) break;
      if (wanted === null || isEnough(event.tags, wanted)) found.push(event);
    }
    return found;
  }

  #wanted(tags: readonly string[], choice: TagChoice): readonly string[] {
    return choice === "known" ? tags.filter((tag) => this.#tagCounts.has(tag)) : tags;
  }

  #inOrder(): readonly E[] {
    if (!this.#isSorted) {
      this.#sorted = [...this.#byId.values()].sort(compare);
      this.#isSorted = true;
    }
    return this.#sorted;
  }
}

function hasAll(tags: readonly string[], wanted: readonly string[]): boolean {
  for (const tag of wanted) if (!tags.includes(tag)) return false;
  return true;
}

function hasAny(tags: readonly string[], wanted: readonly string[]): boolean {
  for (const tag of wanted) if (tags.includes(tag)) return true;
  return false;
}

function compare(a: EventTags, b: EventTags): number {
  return a.when - b.when || a.id - b.id;
}

function lowerBound(sorted: readonly EventTags[], when: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]!.when < when) low = middle + 1;
    else high = middle;
  }
  return low;
}
