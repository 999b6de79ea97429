import { compareCodePoints } from "../model/code-points.ts";
import { GraphiteError } from "../model/errors.ts";
import { tagsOf } from "../model/series-name.ts";
import {
  checkTagExpressions,
  compileTagExpression,
  type TagExpression,
} from "../model/tag-expression.ts";
import type { FoundName, NameIndex } from "../storage/index/name-index.ts";

/**
 * Which series have which tags: a posting list per tag and value, kept by each query thread for
 * itself and brought up to date before it is asked. Series numbers ascend, so the lists are sorted.
 */
export class TagIndex {
  readonly #names: NameIndex;
  /** Series numbers by tag and value. */
  readonly #postings = new Map<string, Map<string, number[]>>();
  readonly #all: number[] = [];
  #seen = 0;

  constructor(names: NameIndex) {
    this.#names = names;
  }

  /** Takes in the series that came since. */
  refresh(): void {
    const count = this.#names.taggedCount;
    for (; this.#seen < count; this.#seen++) {
      const series = this.#names.taggedAt(this.#seen);
      if (!this.#names.isLive(series)) continue;
      this.#all.push(series);
      for (const [tag, value] of Object.entries(tagsOf(this.#names.nameOf(series)))) {
        let values = this.#postings.get(tag);
        if (values === undefined) {
          values = new Map();
          this.#postings.set(tag, values);
        }
        const list = values.get(value);
        if (list === undefined) values.set(value, [series]);
        else list.push(series);
      }
    }
  }

  /**
   * Series that satisfy all expressions, sorted by path.
   *
   * @throws GraphiteError ERR_TAG_EXPRESSION when all expressions are satisfied by an absent tag,
   *   ERR_LIMIT_SERIES when more than `limit` series match
   */
  find(expressions: readonly TagExpression[], limit: number): FoundName[] {
    this.refresh();
    const matchers = expressions.map((expression) => ({
      tag: expression.tag,
      ...compileTagExpression(expression),
    }));
    checkTagExpressions(matchers);
    // Those that need a value give lists; those that an absent tag satisfies take away.
    let found: number[] | null = null;
    for (const { tag, matches, matchesEmpty } of matchers) {
      if (matchesEmpty) continue;
      const list = this.#withValue(tag, matches);
      found = found === null ? list : intersect(found, list);
      if (found.length === 0) return [];
    }
    for (const { tag, matches, matchesEmpty } of matchers) {
      if (!matchesEmpty) continue;
      found = subtract(
        found ?? this.#all,
        this.#withValue(tag, (value) => !matches(value)),
      );
    }
    const series = (found ?? []).filter((number) => this.#names.isLive(number));
    if (series.length > limit) {
      const message = `more than ${limit} series match the tag expressions: ask for less`;
      throw new GraphiteError("ERR_LIMIT_SERIES", message);
    }
    return series
      .map((number) => ({ path: this.#names.nameOf(number), isLeaf: true, series: number }))
      .sort((a, b) => compareCodePoints(a.path, b.path));
  }

  /** Sorted numbers of the series whose value of a tag is wanted. */
  #withValue(tag: string, isWanted: (value: string) => boolean): number[] {
    const lists: number[][] = [];
    for (const [value, list] of this.#postings.get(tag) ?? [])
      if (isWanted(value)) lists.push(list);
    if (lists.length <= 1) return lists[0] ?? [];
    return lists.flat().sort((a, b) => a - b);
  }
}

function intersect(a: readonly number[], b: readonly number[]): number[] {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  const result: number[] = [];
  let from = 0;
  for (const number of short) {
    from = lowerBound(long, number, from);
    if (long[from] === number) result.push(number);
  }
  return result;
}

function subtract(a: readonly number[], b: readonly number[]): number[] {
  const result: number[] = [];
  let from = 0;
  for (const number of a) {
    from = lowerBound(b, number, from);
    if (b[from] !== number) result.push(number);
  }
  return result;
}

/** First place from `from` on whose number is not below `number`: in steps that double. */
function lowerBound(list: readonly number[], number: number, from: number): number {
  let step = 1;
  let low = from;
  while (low + step < list.length && list[low + step]! < number) {
    low += step;
    step *= 2;
  }
  let high = Math.min(list.length, low + step + 1);
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle]! < number) low = middle + 1;
    else high = middle;
  }
  return low;
}
