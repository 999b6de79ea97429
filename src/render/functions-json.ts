import type { GraphiteFunction } from "../functions/define.ts";
import { FUNCTIONS } from "../functions/index.ts";
import type { Param } from "../functions/params.ts";
import { AGGREGATES } from "../model/aggregate.ts";

/** Which functions `/functions` is asked for. */
export interface FunctionsQuery {
  name?: string | undefined;
  grouped?: boolean;
  group?: string | undefined;
  pretty?: boolean;
}

/** The text of `/functions`; null for a name that does not exist. */
export function functionsJson(query: FunctionsQuery): string | null {
  const indent = query.pretty === true ? 2 : undefined;
  const entries = FUNCTIONS.flatMap((fn) =>
    [fn.name, ...fn.aliases].map((name) => [name, fn] as const),
  )
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

const INFINITY = "@infinity@";

function replaceInfinity(_key: string, value: unknown): unknown {
  return value === Number.POSITIVE_INFINITY ? INFINITY : value;
}

function describe(name: string, fn: GraphiteFunction): Record<string, unknown> {
  const params = fn.params.map((param) => ({
    name: param.name,
    type: param.type,
    ...(param.required ? { required: true } : {}),
    ...(param.multiple === true ? { multiple: true } : {}),
    ...(param.required || param.default === undefined || param.default === false
      ? {}
      : { default: param.default }),
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

function optionsOf({ type, options }: Param<unknown>): { options?: readonly string[] } {
  if (options !== undefined) return { options };
  if (type !== "aggFunc" && type !== "aggOrSeriesFunc") return {};
  return { options: Object.keys(AGGREGATES).sort() };
}

/** As Python writes it: `summarize(seriesList, intervalString, func='sum', alignToFrom=False)`. */
export function signatureOf(name: string, fn: GraphiteFunction): string {
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
