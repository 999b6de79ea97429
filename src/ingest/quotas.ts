import type { QuotaRule } from "../config/quotas.ts";
import type { NodeMatcher } from "../model/glob.ts";

/** Series by number, as far as counting needs them. */
export interface CountedSeries {
  /** One above the highest number in use. */
  readonly next: number;
  /** Path of a series; empty when there is none of that number. */
  nameOf(series: number): string;
}

/** What was refused by one rule, or, with the action log, told of. */
interface Tally {
  count: number;
  at: number;
  prefix: string;
}

/** Series that are counted per turn, so that a large store never holds up the receivers. */
const SERIES_PER_TURN = 5000;
/** Minutes for which allowance that was not used is kept: what a new site sends at once. */
const SAVED_MINUTES = 100;
/** Seconds for which a refusal is a condition of the server. */
const PRESENT_SECONDS = 60;
/** What a name is refused for when there are too many new ones at a time. */
export const TOO_MANY_NEW = "too-many-new-series";

/**
 * Says whether there may be another series: so many a minute in all, and so many below each prefix
 * that a quota matches. A refusal holds for the moment and leaves no trace of the name.
 *
 * Series that exist are counted bit by bit after a start and after a change of the rules; what held
 * before holds until that is through.
 */
export class Quotas {
  readonly #series: CountedSeries;
  readonly #now: () => number;
  readonly #perMinute: number;
  #allowance: number;
  #allowedAt: number;
  #present = new PrefixCounts([]);
  /** New rules, until all series are counted by them. */
  #coming: PrefixCounts | null = null;
  readonly #refused = new Map<string, Tally>();
  readonly #over = new Map<string, Tally>();

  /** `now` gives whole seconds; a limit of 0 new series a minute is none. */
  constructor(series: CountedSeries, perMinute: number, now: () => number) {
    this.#series = series;
    this.#perMinute = perMinute;
    this.#now = now;
    this.#allowance = perMinute * SAVED_MINUTES;
    this.#allowedAt = now();
  }

  setRules(rules: readonly QuotaRule[]): void {
    this.#coming = new PrefixCounts(rules);
    this.turn();
  }

  /** Series were deleted: all are counted anew. */
  recount(): void {
    this.setRules((this.#coming ?? this.#present).rules);
  }

  /** Counts some of the series that there were before new rules came. */
  turn(): void {
    const coming = this.#coming;
    if (coming === null) return;
    const { next } = this.#series;
    const end = coming.rules.length === 0 ? next : Math.min(next, coming.counted + SERIES_PER_TURN);
    for (; coming.counted < end; coming.counted++) {
      if (coming.rules.length > 0) coming.add(this.#series.nameOf(coming.counted));
    }
    if (coming.counted < next) return;
    this.#present = coming;
    this.#coming = null;
    for (const tallies of [this.#refused, this.#over]) tallies.clear();
  }

  /** Why there may be no new series of this name at the moment; null when there may. */
  refusalOf(name: string): string | null {
    const { rules } = this.#present;
    for (let i = 0; i < rules.length; i++) {
      const rule = rules[i]!;
      const prefix = prefixOf(name, rule.nodes);
      if (prefix === null || this.#present.of(i, prefix) < rule.limit) continue;
      this.#note(rule.action === "drop" ? this.#refused : this.#over, rule.name, prefix);
      if (rule.action === "drop") return `quota-${rule.name}`;
    }
    if (this.#perMinute === 0) return null;
    this.#refill();
    if (this.#allowance >= 1) return null;
    this.#note(this.#refused, "", name);
    return TOO_MANY_NEW;
  }

  /** There is a new series now; the server's own do not use up the allowance. */
  created(name: string, isOwn: boolean): void {
    if (!isOwn) this.#allowance -= 1;
    // What is still being counted comes to it by itself: its number is above all others.
    this.#present.add(name);
  }

  /** Quotas that refuse at present, a sentence each. */
  get refusing(): string[] {
    return this.#sentences(this.#refused, "refused");
  }

  /** Quotas that are exceeded at present and let it be. */
  get exceeded(): string[] {
    return this.#sentences(this.#over, "let in");
  }

  /** Series that were let in although a quota was used up. */
  get overCount(): number {
    let count = 0;
    for (const tally of this.#over.values()) count += tally.count;
    return count;
  }

  #sentences(tallies: ReadonlyMap<string, Tally>, verb: string): string[] {
    const now = this.#now();
    const list: string[] = [];
    for (const [name, { count, at, prefix }] of tallies) {
      if (now - at > PRESENT_SECONDS) continue;
      const rule = this.#present.rules.find((one) => one.name === name);
      list.push(
        rule === undefined
          ? `more than ${this.#perMinute} new series a minute, ${count} ${verb} so far, the last one ${prefix}`
          : `quota ${name}: below ${prefix} there are ${rule.limit} series, ${count} new ones ${verb} so far`,
      );
    }
    return list;
  }

  #note(tallies: Map<string, Tally>, name: string, prefix: string): void {
    const tally = tallies.get(name);
    if (tally === undefined) {
      tallies.set(name, { count: 1, at: this.#now(), prefix });
      return;
    }
    tally.count++;
    tally.at = this.#now();
    tally.prefix = prefix;
  }

  #refill(): void {
    const now = this.#now();
    // A clock that is set back gives nothing and takes nothing.
    const seconds = Math.max(0, now - this.#allowedAt);
    this.#allowedAt = now;
    this.#allowance = Math.min(
      this.#perMinute * SAVED_MINUTES,
      this.#allowance + (seconds * this.#perMinute) / 60,
    );
  }
}

/** Series by prefix, for each of some rules. */
class PrefixCounts {
  readonly rules: readonly QuotaRule[];
  readonly #counts: Map<string, number>[];
  /** Series below this number are counted. */
  counted = 0;

  constructor(rules: readonly QuotaRule[]) {
    this.rules = rules;
    this.#counts = rules.map(() => new Map());
  }

  of(rule: number, prefix: string): number {
    return this.#counts[rule]!.get(prefix) ?? 0;
  }

  /** A series of this path; an empty one is none. */
  add(name: string): void {
    if (name === "") return;
    for (let i = 0; i < this.rules.length; i++) {
      const prefix = prefixOf(name, this.rules[i]!.nodes);
      if (prefix !== null) this.#counts[i]!.set(prefix, this.of(i, prefix) + 1);
    }
  }
}

/** The first nodes of a path if they match; of a tagged series those of its name. */
function prefixOf(path: string, lists: readonly (readonly NodeMatcher[])[]): string | null {
  const tags = path.indexOf(";");
  const nodes = (tags < 0 ? path : path.slice(0, tags)).split(".");
  for (const matchers of lists) {
    if (matchers.length > nodes.length) continue;
    if (matchers.every((matcher, i) => isMatch(matcher, nodes[i]!))) {
      return nodes.slice(0, matchers.length).join(".");
    }
  }
  return null;
}

function isMatch(matcher: NodeMatcher, node: string): boolean {
  if (matcher.kind === "literal") return matcher.text === node;
  return matcher.kind !== "match" || matcher.test(node);
}
