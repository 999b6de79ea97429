import type { GraphiteFunction } from "../functions/define.ts";
import { FUNCTIONS } from "../functions/index.ts";
import type { Param, ParamType } from "../functions/params.ts";
import { PIE_FUNCTIONS } from "../functions/pie.ts";
import { AGGREGATES } from "../model/aggregate.ts";

/** Which functions `/functions` is asked for. */
export interface FunctionsQuery {
  name?: string | undefined;
  grouped?: boolean;
  group?: string | undefined;
  /** Those that make a piece of a pie of a series, and not those of targets. */
  isPie?: boolean;
  pretty?: boolean;
}

/** The text of `/functions`; null for a name that does not exist. */
export function functionsJson(query: FunctionsQuery): string | null {
  const indent = query.pretty === true ? 2 : undefined;
  const functions: readonly Described[] = query.isPie === true ? PIE_FUNCTIONS : FUNCTIONS;
  const entries = functions
    .flatMap((fn) => [fn.name, ...(fn.aliases ?? [])].map((name) => [name, fn] as const))
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
  // JSON has no infinity; readers of Graphite's answer take a number that overflows for it.
  return JSON.stringify(value, replaceInfinity, indent).replaceAll(`"${INFINITY}"`, "1e9999");
}

/** What `/functions` says of a function. */
type Described = Pick<GraphiteFunction, "name" | "doc" | "params" | "origin"> & {
  group: string;
  aliases?: readonly string[];
};

const INFINITY = "@infinity@";

function replaceInfinity(_key: string, value: unknown): unknown {
  return value === Number.POSITIVE_INFINITY ? INFINITY : value;
}

function describe(name: string, fn: Described): Record<string, unknown> {
  const params = fn.params.map((param) => {
    const shownDefault = param.published?.default ?? param.default;
    return {
      name: param.published?.name ?? param.name,
      // Of lists without end only their kind is told.
      type: param.multiple === true && param.type === "seriesLists" ? "seriesList" : param.type,
      ...(param.required ? { required: true } : {}),
      ...(param.multiple === true ? { multiple: true } : {}),
      ...(param.required || shownDefault === undefined ? {} : { default: shownDefault }),
      ...optionsOf(param),
      ...(param.suggestions === undefined ? {} : { suggestions: param.suggestions }),
    };
  });
  return {
    name,
    function: signatureOf(name, fn),
    description: fn.doc,
    module: fn.origin === "graphite" ? "graphite.render.functions" : fn.origin,
    group: fn.group,
    params,
  };
}

const AGGREGATE_NAMES = Object.keys(AGGREGATES);

/** What an editor may offer where a parameter's type says it all. */
const OPTIONS: Readonly<Partial<Record<ParamType, readonly string[]>>> = {
  aggFunc: AGGREGATE_NAMES,
  aggOrSeriesFunc: [
    ...AGGREGATE_NAMES,
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
  ],
};

function optionsOf(param: Param<unknown>): { options?: string[] } {
  const options = param.options ?? OPTIONS[param.type];
  return options === undefined ? {} : { options: [...options].sort() };
}

/** As Python writes it: `summarize(seriesList, intervalString, func='sum', alignToFrom=False)`. */
export function signatureOf(name: string, fn: Pick<Described, "params">): string {
  const params = fn.params.map((param) => {
    if (param.multiple === true) return `*${param.name}`;
    if (param.required && param.default === undefined) return param.name;
    return `${param.name}=${pythonText(param.default)}`;
  });
  return `${name}(${params.join(", ")})`;
}

function pythonText(value: unknown): string {
  if (value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return `'${value}'`;
  return value === Number.POSITIVE_INFINITY ? "INF" : String(value);
}
