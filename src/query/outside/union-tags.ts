import { sortTexts } from "../../model/code-points.ts";
import type { TagExpression } from "../../model/tag-expression.ts";
import type { TagQueries } from "../../render/series-source.ts";
import type { TagIndex } from "../tags/tag-index.ts";

/** Numbers of tags of other stores begin here. */
const FIRST_NUMBER = 2 ** 32;
/** Series of a value that are counted one by one, where several stores have some. */
const MAX_COUNTED = 1_000_000;

/** The tags of several stores as those of one. */
export class UnionTags implements TagQueries {
  readonly #own: TagIndex;
  readonly #others: readonly TagIndex[];

  constructor(own: TagIndex, others: readonly TagIndex[]) {
    this.#own = own;
    this.#others = others;
  }

  tags(prefix: string, limit: number, isWanted?: (tag: string) => boolean): string[] {
    return this.#union(limit, (index) => index.tags(prefix, limit, isWanted));
  }

  tagsOf(expressions: readonly TagExpression[], prefix: string, limit: number): string[] {
    return this.#union(limit, (index) => index.tagsOf(expressions, prefix, limit));
  }

  values(
    tag: string,
    prefix: string,
    limit: number,
    isWanted?: (value: string) => boolean,
  ): string[] {
    return this.#union(limit, (index) => index.values(tag, prefix, limit, isWanted));
  }

  valuesOf(
    tag: string,
    expressions: readonly TagExpression[],
    prefix: string,
    limit: number,
  ): string[] {
    return this.#union(limit, (index) => index.valuesOf(tag, expressions, prefix, limit));
  }

  seriesCount(tag: string, value: string): number {
    const having = this.#all.filter((index) => index.seriesCount(tag, value) > 0);
    if (having.length <= 1) return having[0]?.seriesCount(tag, value) ?? 0;
    const paths = new Set<string>();
    const expressions = [{ tag, operator: "=", value }] as const;
    for (const index of having) {
      for (const { path } of index.find(expressions, MAX_COUNTED)) paths.add(path);
    }
    return paths.size;
  }

  /** That of another store first: its tags stay, and ours come one by one. */
  idOf(tag: string, value?: string): number {
    for (const [i, index] of this.#others.entries()) {
      const id = index.idOf(tag, value);
      if (id !== 0) return FIRST_NUMBER * (i + 1) + id;
    }
    return this.#own.idOf(tag, value);
  }

  get #all(): readonly TagIndex[] {
    return [this.#own, ...this.#others];
  }

  #union(limit: number, ask: (index: TagIndex) => string[]): string[] {
    const lists = this.#all.map(ask).filter((list) => list.length > 0);
    if (lists.length <= 1) return lists[0] ?? [];
    return sortTexts([...new Set(lists.flat())]).slice(0, limit);
  }
}
