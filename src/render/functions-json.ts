import type { GraphiteFunction } from "../functions/define.ts";
import { FUNCTIONS } from "../functions/index.ts";
import type { Param } from "../functions/params.ts";
import { AGGREGATES } from "../model/aggregate.ts";
import { PIE_FUNCTIONS } from "./pie-functions.ts";

/** Which functions `/functions` is asked for. */
export interface FunctionsQuery {
  name?: string | undefined;
  grouped?: boolean;
  group?: string | undefined;
  /** Those that make one value of a series for a pie, rather than series of series. */
  isPie?: boolean;
  isPretty?: boolean;
}

/** What is published of a function. */
export type PublishedFunction = Omit<
  GraphiteFunction,
  "group" | "plan" | "needsOnlyPlanned" | "evaluate"
> & {
  group: string;
};

/** The text of `/functions`; null for a name that does not exist. */
export function functionsJson(query: FunctionsQuery): string | null {
  const list: readonly PublishedFunction[] = query.isPie === true ? PIE_FUNCTIONS : FUNCTIONS;
  const entries = list
    .flatMap((fn) => [fn.name, ...fn.aliases].map((name) => [name, fn] as const))
    .filter(([, fn]) => query.group === undefined || fn.group === query.group)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  let value: unknown;
  if (query.name !== undefined) {
    const found = entries.find(([name]) => name === query.name);
    if (found === undefined) return null;
    value = describe(...found);
  } else if (query.grouped === true) {
    const groups: Record<string, Record<string, unknown>> = {};
    for (const [name, fn] of entries) {
      groups[fn.group] ??= {};
      groups[fn.group]![name] = describe(name, fn);
    }
    value = groups;
  } else {
    value = Object.fromEntries(entries.map(([name, fn]) => [name, describe(name, fn)]));
  }
  const indent = query.isPretty === true ? 2 : undefined;
  // JSON has no infinity; readers of Graphite's answer take a number that overflows for it.
  return JSON.stringify(value, replaceInfinity, indent).replaceAll(`"${INFINITY}"`, "1e9999");
}

const INFINITY = "@infinity@";

function replaceInfinity(_key: string, value: unknown): unknown {
  return value === Number.POSITIVE_INFINITY ? INFINITY : value;
}

/** Grafana builds its editor of this: a parameter that is missing here cannot be given there. */
function describe(name: string, fn: PublishedFunction): Record<string, unknown> {
  const params = fn.params.map((param) => ({
    name: param.published?.name ?? param.name,
    type: publishedType(param),
    ...(param.required ? { required: true } : {}),
    ...(param.multiple === true ? { multiple: true } : {}),
    ...defaultOf(param),
    ...optionsOf(param),
    ...(param.suggestions === undefined ? {} : { suggestions: param.suggestions }),
  }));
  return {
    name,
    function: signatureOf(name, fn),
    description: fn.doc,
    module: fn.origin === "graphite" ? "graphite.render.functions" : fn.origin,
    group: fn.group,
    params,
  };
}

function defaultOf({ required, published, ...param }: Param<unknown>): { default?: unknown } {
  const value = published?.default ?? param.default;
  return required || value === undefined ? {} : { default: value };
}

/** Graphite says "several of seriesList" where functions here have one list of all series. */
export function publishedType({ type, multiple }: Param<unknown>): string {
  return type === "seriesLists" && multiple === true ? "seriesList" : type;
}

/** Functions of several series that groupByNode and its kin can call, besides the aggregates. */
const SERIES_FUNCTIONS = [
  "asPercent",
  "averageSeries",
  "averageSeriesWithWildcards",
  "countSeries",
  "diffSeries",
  "diffSeriesLists",
  "maxSeries",
  "minSeries",
  "multiplySeries",
  "multiplySeriesLists",
  "multiplySeriesWithWildcards",
  "pct",
  "powSeries",
  "rangeOfSeries",
  "stddevSeries",
  "sumSeries",
  "sumSeriesLists",
  "sumSeriesWithWildcards",
];

export function optionsOf({ type, options }: Param<unknown>): { options?: string[] } {
  let names = options;
  if (type === "aggFunc") names = Object.keys(AGGREGATES);
  if (type === "aggOrSeriesFunc") names = [...Object.keys(AGGREGATES), ...SERIES_FUNCTIONS];
  return names === undefined ? {} : { options: [...names].sort() };
}

/** As Python writes it: `summarize(seriesList, intervalString, func='sum', alignToFrom=False)`. */
export function signatureOf(name: string, { params }: Pick<GraphiteFunction, "params">): string {
  const texts = params.map((param) => {
    if (param.multiple === true) return `*${param.name}`;
    if (param.required && param.default === undefined) return param.name;
    return `${param.name}=${pythonText(param.default)}`;
  });
  return `${name}(${texts.join(", ")})`;
}

function pythonText(value: unknown): string {
  if (value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return `'${value}'`;
  return value === Number.POSITIVE_INFINITY ? "inf" : String(value);
}
