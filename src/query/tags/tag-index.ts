import { sortByPath, sortTexts } from "../../model/code-points.ts";
import { GraphiteError } from "../../model/errors.ts";
import {
  checkTagExpressions,
  compileTagExpression,
  type TagExpression,
  type TagMatcher,
} from "../../model/tag-expression.ts";
import type { FoundName, NameIndex } from "../../storage/index/name-index.ts";
import { SeriesBits } from "./series-bits.ts";
import { TagLists } from "./tag-lists.ts";
import { INDEXED, IS_FULL, reserveTagMemory, TARGET, type TagMemory } from "./tag-memory.ts";
import { TagWriter } from "./tag-writer.ts";

/** What it takes to try a text, and to note a series. */
const TRY_COST = 200;
const NOTE_COST = 1;
/** Series of which each is looked at, rather than the series of all values. */
const FEW = 5000;

type Matcher = TagMatcher & { tag: string };

/**
 * Which series have which tags. Each expression names values, whose series are joined, met or taken
 * away; where few series are left their own values are tried instead. A series that was deleted is
 * never among them.
 */
export class TagIndex {
  readonly #names: NameIndex;
  readonly #lists: TagLists;
  readonly #refresh: () => number;
  /** Series that are in the index with all their tags: what is written meanwhile is not looked at. */
  #bound = 0;

  /** The index that another thread writes. */
  static shared(names: NameIndex, memory: TagMemory): TagIndex {
    const counts = new Int32Array(memory.counts);
    return new TagIndex(names, new TagLists(memory), () => waitForTarget(counts));
  }

  /** An index of one's own, brought up to date before it is asked. */
  static own(names: NameIndex): TagIndex {
    const writer = new TagWriter(names, reserveTagMemory(names.capacity));
    return new TagIndex(names, writer, () => {
      writer.catchUp(Number.POSITIVE_INFINITY);
      return names.taggedCount;
    });
  }

  private constructor(names: NameIndex, lists: TagLists, refresh: () => number) {
    this.#names = names;
    this.#lists = lists;
    this.#refresh = refresh;
  }

  /**
   * Series that satisfy all expressions, sorted by path.
   *
   * @throws GraphiteError ERR_TAG_EXPRESSION when all expressions are satisfied by an absent tag,
   *   ERR_REGEX, ERR_LIMIT_SERIES when more than `limit` series match
   */
  find(expressions: readonly TagExpression[], limit: number): FoundName[] {
    this.#bound = this.#refresh();
    const series = this.#match(matchersOf(expressions));
    if (series.length > limit) {
      const message = `more than ${limit} series match the tag expressions: ask for less`;
      throw new GraphiteError("ERR_LIMIT_SERIES", message);
    }
    const found: FoundName[] = [];
    for (const place of series) {
      const number = this.#names.taggedAt(place);
      const path = this.#names.nameOf(number);
      if (path !== "") found.push({ path, isLeaf: true, series: number });
    }
    return sortByPath(found);
  }

  /** Numbers of the series that satisfy all expressions. @throws GraphiteError as `find` */
  series(expressions: readonly TagExpression[]): Int32Array {
    this.#bound = this.#refresh();
    return this.#match(matchersOf(expressions)).map((place) => this.#names.taggedAt(place));
  }

  /** Tags that begin so and that are wanted, in order; `limit` of them. */
  tags(prefix: string, limit: number, isWanted: (tag: string) => boolean = () => true): string[] {
    this.#bound = this.#refresh();
    return this.#some(this.#lists.tags(prefix), prefix, limit, isWanted, (tag) =>
      this.#hasSeries(tag, (series) => this.#isThere(series)),
    );
  }

  /** Tags of the series that satisfy all expressions, without those that these are about. */
  tagsOf(expressions: readonly TagExpression[], prefix: string, limit: number): string[] {
    this.#bound = this.#refresh();
    const asked = new Set(expressions.map(({ tag }) => tag));
    const isWanted = (tag: string): boolean => !asked.has(tag);
    const series = this.#match(matchersOf(expressions));
    if (series.length <= FEW) {
      const found = new Set<string>();
      for (const path of this.#paths(series)) for (const tag of tagNames(path)) found.add(tag);
      return firstOf(found, prefix, limit, isWanted);
    }
    const bits = this.#bits();
    bits.addAll(series);
    return this.#some(this.#lists.tags(prefix), prefix, limit, isWanted, (tag) =>
      this.#hasSeries(tag, (one) => bits.has(one)),
    );
  }

  /** Values of a tag that begin so and that are wanted, in order; `limit` of them. */
  values(
    tag: string,
    prefix: string,
    limit: number,
    isWanted: (value: string) => boolean = () => true,
  ): string[] {
    this.#bound = this.#refresh();
    const record = this.#lists.tag(tag);
    if (record === 0) return [];
    return this.#some(this.#lists.values(record, prefix), prefix, limit, isWanted, (value) =>
      this.#lists.someSeries(value, (series) => this.#isThere(series)),
    );
  }

  /** Values of a tag among the series that have it and satisfy all expressions. */
  valuesOf(
    tag: string,
    expressions: readonly TagExpression[],
    prefix: string,
    limit: number,
  ): string[] {
    this.#bound = this.#refresh();
    const matchers = matchersOf(expressions);
    const needNothing = matchers.every(({ matchesEmpty }) => matchesEmpty);
    const series = this.#match(
      needNothing ? [...matchers, ...matchersOf([{ tag, operator: "!=", value: "" }])] : matchers,
    );
    const isWanted = (): boolean => true;
    if (series.length <= FEW) {
      const found = new Set<string>();
      for (const path of this.#paths(series)) found.add(valueIn(path, tag));
      found.delete("");
      return firstOf(found, prefix, limit, isWanted);
    }
    const bits = this.#bits();
    bits.addAll(series);
    const values = this.#lists.values(this.#lists.tag(tag), prefix);
    return this.#some(values, prefix, limit, isWanted, (value) =>
      this.#lists.someSeries(value, (one) => bits.has(one)),
    );
  }

  /** How many series have a value of a tag. */
  seriesCount(tag: string, value: string): number {
    const record = this.#lists.tag(tag);
    const list = record === 0 ? 0 : this.#lists.value(record, value);
    let count = 0;
    if (list === 0) return 0;
    this.#lists.someSeries(list, (series) => {
      if (this.#isThere(series)) count++;
      return false;
    });
    return count;
  }

  /** How many values each tag has, and how many series have it: deleted ones count until a restart. */
  tagCounts(): { tag: string; values: number; series: number }[] {
    this.#bound = this.#refresh();
    const counts: { tag: string; values: number; series: number }[] = [];
    for (const record of this.#lists.tags()) {
      let series = 0;
      for (const value of this.#lists.values(record)) series += this.#lists.count(value);
      counts.push({ tag: this.#lists.text(record), values: this.#lists.count(record), series });
    }
    return counts.sort((a, b) => b.values - a.values || b.series - a.series);
  }

  /** The values of a tag that most series have; deleted ones count until a restart. */
  valueCounts(tag: string, limit: number): { value: string; series: number }[] {
    this.#bound = this.#refresh();
    const record = this.#lists.tag(tag);
    if (record === 0) return [];
    const most: { value: number; series: number }[] = [];
    for (const value of this.#lists.values(record)) {
      const series = this.#lists.count(value);
      if (most.length >= limit && series <= most.at(-1)!.series) continue;
      const at = most.findIndex((one) => one.series < series);
      most.splice(at < 0 ? most.length : at, 0, { value, series });
      if (most.length > limit) most.pop();
    }
    return most.map(({ value, series }) => ({ value: this.#lists.text(value), series }));
  }

  /** A number that stays with a tag, or a value of it, as long as the server runs; 0 for none. */
  idOf(tag: string, value?: string): number {
    const record = this.#lists.tag(tag);
    return record === 0 || value === undefined ? record : this.#lists.value(record, value);
  }

  #isThere(series: number): boolean {
    return series < this.#bound && this.#names.isLive(this.#names.taggedAt(series));
  }

  #pathOf(series: number): string {
    return this.#names.nameOf(this.#names.taggedAt(series));
  }

  /** The live series that satisfy all expressions, ascending. */
  #match(matchers: readonly Matcher[]): Int32Array {
    checkTagExpressions(matchers);
    let found = this.#exactly(matchers);
    const others = matchers
      .filter(({ exact, matchesEmpty }) => exact === null || exact === "" || matchesEmpty)
      .sort((a, b) => Number(a.matchesEmpty) - Number(b.matchesEmpty));
    for (const matcher of others) {
      if (found !== null && found.length === 0) return found;
      found = this.#narrow(found, matcher);
    }
    return keep(found ?? new Int32Array(0), (series) => this.#isThere(series));
  }

  /** Series that have all the values that `tag=value` names; null when none is named so. */
  #exactly(matchers: readonly Matcher[]): Int32Array | null {
    const values: number[] = [];
    for (const { tag, exact, isNegated } of matchers) {
      if (exact === null || exact === "" || isNegated) continue;
      const record = this.#lists.tag(tag);
      const value = record === 0 ? 0 : this.#lists.value(record, exact);
      if (value === 0) return new Int32Array(0);
      values.push(value);
    }
    const [rarest, ...others] = values.sort((a, b) => this.#lists.count(a) - this.#lists.count(b));
    if (rarest === undefined) return null;
    let found = this.#lists.series(rarest);
    for (const value of others) found = this.#lists.filter(found, value, true);
    return found;
  }

  #narrow(found: Int32Array | null, matcher: Matcher): Int32Array {
    const { tag, exact, isNegated, matchesEmpty, matches } = matcher;
    const record = this.#lists.tag(tag);
    if (record === 0) return found === null || !matchesEmpty ? new Int32Array(0) : found;
    if (found !== null && isNegated && exact !== null && exact !== "") {
      const value = this.#lists.value(record, exact);
      return value === 0 ? found : this.#lists.filter(found, value, false);
    }
    if (found !== null && this.#isDearer(record, matcher, found.length * TRY_COST)) {
      return keep(found, (series) => matches(valueIn(this.#pathOf(series), tag)));
    }
    // An absent tag matches, or it does not: what differs from that is listed.
    const listed = this.#union(record, matcher, !matchesEmpty);
    if (found === null) return listed.list();
    return keep(found, (series) => listed.has(series) !== matchesEmpty);
  }

  /** Whether joining the series of all values that are in question costs more than that. */
  #isDearer(tag: number, matcher: Matcher, cost: number): boolean {
    let own = 0;
    for (const value of this.#inQuestion(tag, matcher)) {
      own += TRY_COST + this.#lists.count(value) * NOTE_COST;
      if (own > cost) return true;
    }
    return false;
  }

  /** Series whose value of a tag matches, or does not. */
  #union(tag: number, matcher: Matcher, wanted: boolean): SeriesBits {
    const bits = this.#bits();
    for (const value of this.#inQuestion(tag, matcher)) {
      if (matcher.matches(this.#lists.text(value)) === wanted) {
        bits.addAll(this.#lists.series(value));
      }
    }
    return bits;
  }

  /** Values of which those that an expression lists are some: an absent tag matches, or they do. */
  *#inQuestion(tag: number, { prefixes, isNegated, matchesEmpty }: Matcher): Generator<number> {
    // Prefixes are of the values that are named: the others may be anything.
    const ranges = isNegated === matchesEmpty ? prefixes : [""];
    for (const prefix of ranges) {
      const bytes = Buffer.from(prefix);
      for (const value of this.#lists.values(tag, prefix)) {
        if (!this.#lists.startsWith(value, bytes)) break;
        yield value;
      }
    }
  }

  #bits(): SeriesBits {
    return new SeriesBits(this.#bound);
  }

  /** Texts of records that begin so, that are wanted and that something holds for. */
  #some(
    records: Iterable<number>,
    prefix: string,
    limit: number,
    isWanted: (text: string) => boolean,
    holds: (record: number) => boolean,
  ): string[] {
    const bytes = Buffer.from(prefix);
    const texts: string[] = [];
    for (const record of records) {
      if (texts.length >= limit || !this.#lists.startsWith(record, bytes)) break;
      const text = this.#lists.text(record);
      if (isWanted(text) && holds(record)) texts.push(text);
    }
    return texts;
  }

  #hasSeries(tag: number, isWanted: (series: number) => boolean): boolean {
    for (const value of this.#lists.values(tag)) {
      if (this.#lists.someSeries(value, isWanted)) return true;
    }
    return false;
  }

  *#paths(series: Int32Array): Generator<string> {
    for (const one of series) {
      const path = this.#pathOf(one);
      if (path !== "") yield path;
    }
  }
}

/** As `filter` of the array itself, which takes three times as long. */
function keep(series: Int32Array, isWanted: (series: number) => boolean): Int32Array {
  const kept = new Int32Array(series.length);
  let length = 0;
  for (let i = 0; i < series.length; i++) {
    const one = series[i]!;
    if (isWanted(one)) kept[length++] = one;
  }
  return kept.subarray(0, length);
}

function matchersOf(expressions: readonly TagExpression[]): Matcher[] {
  return expressions.map((expression) => ({
    tag: expression.tag,
    ...compileTagExpression(expression),
  }));
}

/**
 * Waits until all series are indexed that there were when the job was given out. Returns how many are.
 */
function waitForTarget(counts: Int32Array): number {
  const target = Atomics.load(counts, TARGET);
  for (;;) {
    const indexed = Atomics.load(counts, INDEXED);
    if (indexed >= target) return indexed;
    if (Atomics.load(counts, IS_FULL) === 1) {
      const message = "there are more tags than the index has room for: raise --max-series";
      throw new GraphiteError("ERR_LIMIT_SERIES", message);
    }
    Atomics.wait(counts, INDEXED, indexed, 100);
  }
}

/** The value of a tag in a canonical path; empty when it has none. */
function valueIn(path: string, tag: string): string {
  if (tag === "name") return path.slice(0, path.indexOf(";"));
  const at = path.indexOf(`;${tag}=`);
  if (at < 0) return "";
  const start = at + tag.length + 2;
  const end = path.indexOf(";", start);
  return end < 0 ? path.slice(start) : path.slice(start, end);
}

function tagNames(path: string): string[] {
  const tags = ["name"];
  for (let at = path.indexOf(";"); at >= 0; at = path.indexOf(";", at + 1)) {
    tags.push(path.slice(at + 1, path.indexOf("=", at)));
  }
  return tags;
}

function firstOf(
  found: ReadonlySet<string>,
  prefix: string,
  limit: number,
  isWanted: (text: string) => boolean,
): string[] {
  const texts = [...found].filter((text) => text.startsWith(prefix) && isWanted(text));
  return sortTexts(texts).slice(0, limit);
}
