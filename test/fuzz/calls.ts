import type { Part } from "./expression.ts";
import type { Grammar } from "./grammar.ts";

type Draw = (g: Grammar) => Part[];

const one: Draw = (g) => [g.list()];
const many: Draw = (g) => g.lists();
const withFloat: Draw = (g) => [g.list(), g.float()];
const withLevel: Draw = (g) => [g.list(), g.level()];
const withPercent: Draw = (g) => [g.list(), g.percent()];
const withCount: Draw = (g) => [g.list(), g.integer(-1, 4)];
const withPositions: Draw = (g) => [g.list(), ...g.some(() => g.integer(0, 4), 0, 2)];
const pairOfLists: Draw = (g) => g.pair();
const moving: Draw = (g) => [
  g.path(),
  g.windowSize(),
  ...g.options(["xFilesFactor", () => share(g)]),
];
const holtWinters: Draw = (g) => [
  g.full(),
  ...g.options(["delta", () => g.integer(1, 4)]),
  `bootstrapInterval=${g.text("6h", "1d")}`,
  `seasonality=${g.text("30min", "1h", "6h")}`,
];
const wave: Draw = (g) => [g.text("wave", "a.b"), ...g.options(["step", () => g.integer(30, 120)])];
const extreme: Draw = (g) => [
  g.list(),
  ...g.options(["n", () => g.integer(-1, 4)], ["func", () => g.aggregation()]),
];

function share(g: Grammar): string {
  return g.chance.pick(["0", "0.3", "0.5", "0.9", "1"]);
}

/** How each function of Graphite is called: random arguments of the right kinds. */
export const CALLS: Readonly<Record<string, Draw>> = {
  // Combine
  aggregate: (g) => [g.list(), g.callback(), ...g.options(["xFilesFactor", () => share(g)])],
  aggregateSeriesLists: (g) => [...g.pair(), g.aggregation()],
  aggregateWithWildcards: (g) => [
    g.list(),
    g.aggregation(),
    ...g.some(() => g.integer(0, 4), 0, 2),
  ],
  applyByNode: (g) => [
    { path: `fuzz.s${g.step}.{web1,db10,none}.${g.chance.pick(["full", "*"])}` },
    ...g.chance.pick([
      ["1", g.text("sumSeries(%.*.cpu)", "%.web*.full", "averageSeries(%.web1.*)")],
      ["2", g.text("sumSeries(%.*)", "scale(%.errors,2)", "%.full")],
    ]),
    ...g.options(["newName", () => g.text("node %", "%")]),
  ],
  asPercent,
  pct: asPercent,
  averageSeries: many,
  avg: many,
  averageSeriesWithWildcards: withPositions,
  countSeries: many,
  diffSeries: many,
  diffSeriesLists: pairOfLists,
  divideSeries: (g) => [g.list(), g.single()],
  divideSeriesLists: pairOfLists,
  group: many,
  groupByNode: (g) => [g.list(), g.nodeOrTag(), ...g.options(["callback", () => g.callback()])],
  groupByNodes: (g) => [g.list(), g.callback(), ...g.some(() => g.nodeOrTag())],
  groupByTags: (g) => [g.tagged(), g.callback(), ...g.some(() => g.text("dc", "host", "name"))],
  map: (g) => [g.list(), ...g.some(() => g.node())],
  mapSeries: (g) => [g.list(), ...g.some(() => g.node())],
  maxSeries: many,
  minSeries: many,
  multiplySeries: many,
  multiplySeriesLists: pairOfLists,
  multiplySeriesWithWildcards: withPositions,
  percentileOfSeries: (g) => [
    g.list(),
    g.percent(),
    ...g.options(["interpolate", () => g.boolean()]),
  ],
  powSeries: many,
  rangeOfSeries: many,
  reduce: reduceSeries,
  reduceSeries,
  stddevSeries: many,
  sum: many,
  sumSeries: many,
  sumSeriesLists: pairOfLists,
  sumSeriesWithWildcards: withPositions,
  weightedAverage: (g) => [...g.pair(), ...g.some(() => g.node(), 0, 2)],

  // Transform
  absolute: one,
  add: withFloat,
  compressPeriodicGaps: one,
  delay: (g) => [g.list(), g.integer(-5, 5)],
  derivative: one,
  exp: one,
  hitcount: (g) => [g.list(), g.interval(), ...g.options(["alignToInterval", () => g.boolean()])],
  integral: one,
  integralByInterval: (g) => [g.list(), g.interval()],
  interpolate: (g) => [g.list(), ...g.options(["limit", () => g.integer(0, 4)])],
  invert: one,
  isNonNull: one,
  keepLastValue: (g) => [g.list(), ...g.options(["limit", () => g.integer(0, 4)])],
  log: (g) => [g.list(), ...g.options(["base", () => g.integer(2, 12)])],
  logit: one,
  minMax: one,
  nonNegativeDerivative: counter,
  offset: withFloat,
  offsetToZero: one,
  perSecond: counter,
  pow: (g) => [g.list(), g.chance.pick(["2", "0.5", "-1", "0", "3", "1.5"])],
  round: (g) => [g.list(), ...g.options(["precision", () => g.integer(-2, 3)])],
  scale: withFloat,
  scaleToSeconds: (g) => [g.list(), g.chance.pick(["1", "60", "0.5", "3600", "7"])],
  sigmoid: one,
  sin: sine,
  sinFunction: sine,
  smartSummarize: (g) => [
    g.list(),
    g.interval(),
    ...g.options(
      ["func", () => g.aggregation()],
      ["alignTo", () => g.text("minutes", "hours", "days", "weeks", "months", "1h", "bogus")],
    ),
  ],
  squareRoot: one,
  summarize: (g) => [
    g.list(),
    g.interval(),
    ...g.options(["func", () => g.aggregation()], ["alignToFrom", () => g.boolean()]),
  ],
  time: wave,
  timeFunction: wave,
  timeShift: (g) => [
    g.list(),
    g.text("1min", "10min", "1h", "-1h", "-7min", "+10min", "90s"),
    ...g.options(["resetEnd", () => g.boolean()]),
  ],
  timeSlice: (g) => [g.list(), g.time(), g.time()],
  timeStack: (g) => [g.list(), g.text("10min", "1h", "-1h"), "0", g.integer(1, 3)],
  transformNull: (g) => [
    g.list(),
    ...(g.chance.happens(0.3)
      ? [g.float(), referencePath(g)]
      : g.options(["default", () => g.float()])),
  ],

  // Calculate
  aggregateLine: (g) => [
    g.list(),
    ...g.options(["func", () => g.aggregation()], ["keepStep", () => g.boolean()]),
  ],
  exponentialMovingAverage: (g) => [g.path(), g.windowSize()],
  holtWintersAberration: holtWinters,
  holtWintersConfidenceArea: holtWinters,
  holtWintersConfidenceBands: holtWinters,
  holtWintersForecast: (g) => [
    g.full(),
    `bootstrapInterval=${g.text("6h", "1d")}`,
    `seasonality=${g.text("30min", "1h", "6h")}`,
  ],
  identity: (g) => [g.text("identity", "a.b")],
  linearRegression: (g) => [
    g.list(),
    ...g.options(["startSourceAt", () => g.time()], ["endSourceAt", () => g.time()]),
  ],
  movingAverage: moving,
  movingMax: moving,
  movingMedian: moving,
  movingMin: moving,
  movingSum: moving,
  movingWindow: (g) => [
    g.path(),
    g.windowSize(),
    ...g.options(["func", () => g.aggregation()], ["xFilesFactor", () => share(g)]),
  ],
  nPercentile: withPercent,
  stdev: (g) => [g.list(), g.integer(1, 12), ...g.options(["windowTolerance", () => share(g)])],

  // Filter Series
  averageAbove: withLevel,
  averageBelow: withLevel,
  averageOutsidePercentile: withPercent,
  currentAbove: withLevel,
  currentBelow: withLevel,
  exclude: (g) => [g.list(), g.regex()],
  filterSeries: (g) => [
    g.list(),
    g.aggregation(),
    g.text("=", "!=", ">", ">=", "<", "<="),
    g.level(),
  ],
  grep: (g) => [g.list(), g.regex()],
  highest: extreme,
  highestAverage: withCount,
  highestCurrent: withCount,
  highestMax: withCount,
  limit: withCount,
  lowest: extreme,
  lowestAverage: withCount,
  lowestCurrent: withCount,
  maximumAbove: withLevel,
  maximumBelow: withLevel,
  minimumAbove: withLevel,
  minimumBelow: withLevel,
  mostDeviant: withCount,
  removeBetweenPercentile: (g) => [g.full(), g.percent()],
  removeEmptySeries: (g) => [g.list(), ...g.options(["xFilesFactor", () => share(g)])],
  unique: many,
  useSeriesAbove: (g) => [
    g.full(),
    g.chance.pick(["-5", "0", "10"]),
    g.text("full"),
    g.text("cpu", "none", "errors"),
  ],

  // Filter Data
  removeAbovePercentile: withPercent,
  removeAboveValue: withLevel,
  removeBelowPercentile: withPercent,
  removeBelowValue: withLevel,

  // Sorting
  sortBy: (g) => [
    g.list(),
    ...g.options(["func", () => g.aggregation()], ["reverse", () => g.boolean()]),
  ],
  sortByMaxima: one,
  sortByMinima: one,
  sortByName: (g) => [
    g.list(),
    ...g.options(["natural", () => g.boolean()], ["reverse", () => g.boolean()]),
  ],
  sortByTotal: one,

  // Alias
  alias: (g) => [g.list(), g.text("x", "a b", "one.two.three", "sum(x)", "")],
  aliasByMetric: one,
  aliasByNode: (g) => [g.list(), ...g.some(() => g.nodeOrTag())],
  aliasByTags: (g) => [g.list(), ...g.some(() => g.nodeOrTag())],
  aliasQuery: (g) => [
    { path: `fuzz.s${g.step}.web*.cpu` },
    g.text("cpu$"),
    g.text("errors", "bytes"),
    g.text("last %d", "%g of it", "%.2f"),
  ],
  aliasSub: (g) => [g.list(), g.regex(), g.text("x", "<\\1>", "", "\\g<0>!")],
  legendValue: (g) => [
    g.list(),
    ...g.some(() => g.text("avg", "last", "total", "max", "si", "binary", "bogus")),
  ],
  lower: (g) => [g.list(), ...g.some(() => g.integer(0, 9), 0)],
  upper: (g) => [g.list(), ...g.some(() => g.integer(0, 9), 0)],

  // Graph
  alpha: (g) => [g.list(), "0.5"],
  areaBetween: (g) => [{ path: `fuzz.s${g.step}.web*.full` }],
  color: (g) => [g.list(), g.text("red", "00ff00")],
  dashed: (g) => [g.list(), ...g.options(["dashLength", () => g.integer(1, 9)])],
  drawAsInfinite: one,
  lineWidth: (g) => [g.list(), "2"],
  secondYAxis: one,
  stacked: (g) => [g.list(), ...(g.chance.happens(0.3) ? [g.text("a", "b")] : [])],
  threshold: (g) => [
    g.float(),
    ...g.options(["label", () => g.text("label", "")], ["color", () => g.text("red")]),
  ],
  verticalLine: (g) => [g.time(), ...g.options(["label", () => g.text("deploy")])],

  // Special
  cactiStyle: (g) => [
    g.list(),
    ...g.options(["system", () => g.text("si", "binary")], ["units", () => g.text("b")]),
  ],
  changed: one,
  consolidateBy: (g) => [g.list(), g.text("sum", "average", "min", "max", "first", "last")],
  constantLine: (g) => [g.float()],
  cumulative: one,
  events: (g) => g.some(() => g.text("deploy", "outage", "*", "none")),
  fallbackSeries: (g) => [g.list(), g.list()],
  randomWalk: wave,
  randomWalkFunction: wave,
  seriesByTag: (g) => [
    `"res=s${g.step}"`,
    ...g.some(() => g.text("dc=eu", "dc!=eu", "host=~web", "host!=~web", "none=", "none!="), 0, 2),
  ],
  setXFilesFactor: (g) => [g.list(), share(g)],
  xFilesFactor: (g) => [g.list(), share(g)],
  substr: (g) => [g.list(), ...g.options(["start", () => g.node()], ["stop", () => g.node()])],
};

function asPercent(g: Grammar): Part[] {
  const kind = g.chance.integer(0, 4);
  if (kind === 0) return [g.list()];
  if (kind === 1) return [g.list(), g.float()];
  if (kind === 2) return [g.list(), g.single()];
  if (kind === 3) return [g.list(), g.list()];
  return [
    g.list(),
    g.chance.happens(0.3) ? "None" : g.list(),
    ...g.some(() => g.nodeOrTag(), 1, 2),
  ];
}

function reduceSeries(g: Grammar): Part[] {
  const path = { path: `fuzz.s${g.step}.{web1,web2,db10}.*` };
  const mapped = { name: "mapSeries", args: [path, "2"] };
  const func = g.text("asPercent", "diffSeries", "divideSeries", "sumSeries");
  return [mapped, func, "3", `"${g.chance.pick(["cpu", "errors"])}"`, '"full"'];
}

function sine(g: Grammar): Part[] {
  return [
    g.text("sine"),
    ...g.options(["amplitude", () => g.integer(1, 5)], ["step", () => g.integer(30, 120)]),
  ];
}

function counter(g: Grammar): Part[] {
  const limit = (): string => g.chance.pick(["-5", "0", "10", "100", "5000"]);
  // With a limit, 1.1.8 stumbles over gaps.
  if (g.chance.happens(0.5)) return [g.list()];
  return [g.full(), ...g.options(["maxValue", limit], ["minValue", limit])];
}

/** By name it would not do: Graphite fetches no series for arguments that are given by name. */
function referencePath(g: Grammar): Part {
  return { path: `fuzz.s${g.step}.${g.chance.pick(["web1.errors", "*.cpu", "none"])}` };
}

export const MOVING: readonly string[] = [
  "movingAverage",
  "movingMax",
  "movingMedian",
  "movingMin",
  "movingSum",
  "movingWindow",
];

/** They evaluate their first argument in another window. */
export const FETCHING: readonly string[] = [
  "aliasQuery",
  "applyByNode",
  "exponentialMovingAverage",
  "hitcount",
  "holtWintersAberration",
  "holtWintersConfidenceArea",
  "holtWintersConfidenceBands",
  "holtWintersForecast",
  "linearRegression",
  "smartSummarize",
  "timeShift",
  "timeStack",
  "useSeriesAbove",
];

/** Each value of theirs depends on values of the same time alone, and on no constant of time. */
export const POINTWISE: readonly string[] = [
  "absolute",
  "add",
  "alias",
  "aliasByMetric",
  "aliasByNode",
  "aliasSub",
  "averageSeries",
  "diffSeries",
  "exclude",
  "grep",
  "group",
  "groupByNode",
  "invert",
  "isNonNull",
  "limit",
  "maxSeries",
  "minSeries",
  "multiplySeries",
  "offset",
  "pow",
  "rangeOfSeries",
  "removeAboveValue",
  "removeBelowValue",
  "round",
  "scale",
  "scaleToSeconds",
  "sortByName",
  "squareRoot",
  "stddevSeries",
  "substr",
  "sumSeries",
];
