import { CALLS, FETCHING, MOVING, POINTWISE } from "./calls.ts";
import type { Chance } from "./chance.ts";
import { STEPS } from "./data.ts";
import type { Call, Part } from "./expression.ts";

const METRICS = ["cpu", "full", "bytes", "errors", "size"];
const HOSTS = ["web1", "web2", "db10"];
const AGGREGATIONS = [
  ["average", "sum", "min", "max", "median", "last"],
  [
    "avg",
    "avg_zero",
    "total",
    "diff",
    "stddev",
    "count",
    "range",
    "rangeOf",
    "multiply",
    "current",
  ],
].flat();
const SERIES_FUNCTIONS = ["sumSeries", "averageSeries", "maxSeries", "minSeries", "diffSeries"];
const INTERVALS = ["10s", "30s", "1min", "90s", "2min", "5min", "7min", "10min", "1h"];
const REGEXES = ["web", "cpu$", "^fuzz", "s(\\d+)", "(\\w+)\\.(\\w+)$", "[aeiou]+", "[0-9]", "x*"];

/** Draws random targets: arguments that are right by their kind, for functions that are known. */
export class Grammar {
  readonly chance: Chance;
  readonly #functions: readonly string[];
  readonly #window: { from: number; until: number };
  /** The step that most paths of the target have. */
  readonly step: number;
  #depth = 0;
  #isMoving = false;

  constructor(
    chance: Chance,
    functions: readonly string[],
    window: { from: number; until: number },
  ) {
    this.chance = chance;
    this.#functions = functions;
    this.#window = window;
    this.step = chance.pick(STEPS);
  }

  /** Functions nested at most so deep. */
  target(depth: number): Part {
    this.#depth = depth;
    return this.call(this.chance.pick(this.#functions));
  }

  /** Functions of a moving window, with nothing around or inside that looks at other points. */
  movingTarget(depth: number): Part {
    this.#depth = depth;
    this.#isMoving = true;
    return this.list();
  }

  call(name: string): Call {
    this.#depth--;
    const args = CALLS[name]!(this);
    this.#depth++;
    return { name, args };
  }

  /** Series: a path, or another call. */
  list(): Part {
    if (this.#isMoving) return this.#movingList();
    if (this.#depth <= 0 || this.chance.happens(0.35)) return this.path();
    return this.call(this.chance.pick(this.#functions));
  }

  #movingList(): Part {
    const names = this.#functions.filter((name) => POINTWISE.includes(name));
    if (this.#depth > 1 && names.length > 0) return this.call(this.chance.pick(names));
    const moving = this.#functions.filter((name) => MOVING.includes(name));
    return this.call(this.chance.pick(moving));
  }

  lists(): Part[] {
    return Array.from({ length: this.chance.integer(1, 3) }, () => this.list());
  }

  path(): Part {
    const { chance } = this;
    if (chance.happens(0.05)) return { path: `tagged.load;dc=eu;host=web1;res=s${this.step}` };
    if (chance.happens(0.07)) return this.tagged();
    if (chance.happens(0.03)) return { path: "fuzz.none.*" };
    const isMixed = !this.#isMoving && chance.happens(0.04);
    const step = isMixed ? "{s60,s300}" : `s${this.step}`;
    if (chance.happens(0.06))
      return { path: `fuzz.${step}.idle.${chance.pick(["*", "full", "rare"])}` };
    const host = chance.pick([...HOSTS, "*", "web*", "{web2,db10}"]);
    return { path: `fuzz.${step}.${host}.${chance.pick([...METRICS, ...METRICS, "[ce]*"])}` };
  }

  tagged(): Part {
    const other = this.chance.pick(["name=tagged.load", "host=~web", "dc!=eu", "host=db10"]);
    return { path: `seriesByTag("res=s${this.step}","${other}")` };
  }

  /** A path of series without gaps. */
  full(): Part {
    return { path: `fuzz.s${this.step}.${this.chance.pick([...HOSTS, "web*"])}.full` };
  }

  /** Two paths of as many series, mostly. */
  pair(): [Part, Part] {
    const { chance } = this;
    if (chance.happens(0.15)) return [this.list(), this.list()];
    const hosts = `fuzz.s${this.step}.${chance.pick([...HOSTS, "*", "web*"])}`;
    return [
      { path: `${hosts}.${chance.pick(METRICS)}` },
      { path: `${hosts}.${chance.pick(METRICS)}` },
    ];
  }

  /** Just one series, most of the time. */
  single(): Part {
    const { chance } = this;
    if (this.#isMoving) return this.list();
    const combine = this.#functions.filter((name) => SERIES_FUNCTIONS.includes(name));
    if (this.#depth > 0 && combine.length > 0 && chance.happens(0.4)) {
      return this.call(chance.pick(combine));
    }
    return { path: `fuzz.s${this.step}.${chance.pick(HOSTS)}.${chance.pick(METRICS)}` };
  }

  float(): string {
    const { chance } = this;
    const usual = ["0", "1", "2", "0.5", "-1", "10", "100", "-2.5", "1000000", "0.00001"];
    return chance.happens(0.7) ? chance.pick(usual) : chance.between(-100, 100).toFixed(3);
  }

  /** A number that divides the series of most metrics. */
  level(): string {
    return this.chance.pick(["0", "1", "3", "10", "20", "50", "75", "-5", "1000"]);
  }

  percent(): string {
    return this.chance.pick(["1", "5", "25", "50", "75", "90", "95", "99", "99.9"]);
  }

  integer(low: number, high: number): string {
    return String(this.chance.integer(low, high));
  }

  boolean(): string {
    return this.chance.pick(["true", "false"]);
  }

  text(...texts: string[]): string {
    return `"${this.chance.pick(texts)}"`;
  }

  aggregation(): string {
    return this.text(...AGGREGATIONS);
  }

  /** What groups are called with. */
  callback(): string {
    return this.text(...AGGREGATIONS, ...SERIES_FUNCTIONS);
  }

  interval(): string {
    return this.text(...INTERVALS);
  }

  /** Points or a span. */
  windowSize(): string {
    return this.chance.happens(0.6) ? this.integer(1, 12) : this.interval();
  }

  node(): string {
    return this.integer(-3, 4);
  }

  nodeOrTag(): string {
    return this.chance.happens(0.85) ? this.node() : this.text("dc", "host", "name", "none");
  }

  some(draw: () => string, least = 1, most = 3): string[] {
    return Array.from({ length: this.chance.integer(least, most) }, draw);
  }

  regex(): string {
    return this.text(...REGEXES);
  }

  /** An absolute time, in or near the window. */
  time(): string {
    const { from, until } = this.#window;
    const span = until - from;
    return `"${Math.floor(this.chance.between(from - span / 4, until + span / 4))}"`;
  }

  /** Arguments that need not be there: the first few by position, or some by name. */
  options(...pairs: [name: string, draw: () => string][]): string[] {
    if (this.chance.happens(0.25)) {
      const [name, draw] = this.chance.pick(pairs);
      return [`${name}=${draw()}`];
    }
    return pairs.slice(0, this.chance.integer(0, pairs.length)).map(([, draw]) => draw());
  }

  /** Whether a name stands for a function that fetches again. */
  static fetches(name: string): boolean {
    return FETCHING.includes(name) || MOVING.includes(name);
  }
}
