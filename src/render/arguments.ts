import type { GraphiteFunction } from "../functions/define.ts";
import type { Param } from "../functions/params.ts";
import { AGGREGATES } from "../model/aggregate.ts";
import { GraphiteError } from "../model/errors.ts";
import { parseInterval } from "../model/interval.ts";
import { nearestName } from "../model/nearest-name.ts";
import type { TimeSeries } from "../model/time-series.ts";
import type { Call, Expression } from "../target/expression.ts";
import { signatureOf } from "./functions-json.ts";

/** A name further away than this is none that was meant. */
const MAX_EDITS = 3;
const MAX_SHOWN = 60;

/** More nodes or texts than a name has; series may be as many as the limits of data let them. */
const MAX_ARGUMENTS = 1000;

type NamedParam = GraphiteFunction["params"][number];

/** Arguments by parameter, as `evaluate` of a function takes them, and as they were typed. */
export interface BoundArguments {
  values: Record<string, unknown>;
  typed: Record<string, string>;
  /** What was given for the first parameter. */
  first: Expression | undefined;
}

/**
 * Matches a call's arguments with the function's parameters and converts them, as Graphite does:
 * numbers and booleans may be quoted, integers refuse fractions.
 *
 * @throws GraphiteError ERR_ARGUMENT with the column of the argument, what it should be and how the
 *   function is called
 */
export function bindArguments(
  call: Call,
  fn: GraphiteFunction,
  evaluate: (expression: Expression) => TimeSeries[],
): BoundArguments {
  try {
    return bind(call, fn, evaluate);
  } catch (error) {
    // A mistake in a call inside of this one has its own usage.
    const isOurs =
      error instanceof GraphiteError && error.code === "ERR_ARGUMENT" && error.call === undefined;
    if (!isOurs) throw error;
    const message = `${error.message}; usage: ${signatureOf(call.name, fn)}`;
    const column = error.column ?? call.column;
    throw new GraphiteError(error.code, message, { column, call: call.text, cause: error });
  }
}

function bind(
  call: Call,
  fn: GraphiteFunction,
  evaluate: (expression: Expression) => TimeSeries[],
): BoundArguments {
  const given = new Map<NamedParam, Expression[]>();
  let next = 0;
  for (const arg of call.args) {
    const param = fn.params[next];
    if (param === undefined) {
      const most = fn.params.length === 1 ? "1 argument" : `${fn.params.length} arguments`;
      throw wrong(`${fn.name} takes at most ${most}, not ${call.args.length}`, arg.column);
    }
    const earlier = given.get(param);
    if (earlier === undefined) given.set(param, [arg]);
    else earlier.push(arg);
    if (param.multiple !== true) next++;
  }
  for (const { name, value } of call.named) {
    const param = fn.params.find((one) => one.name === name || one.published?.name === name);
    if (param === undefined) throw noParameter(name, fn, value.column);
    if (given.has(param)) throw wrong(`${fn.name}: ${name} is given twice`, value.column);
    given.set(param, [value]);
  }
  const bound: BoundArguments = { values: {}, typed: {}, first: call.args[0] };
  for (const param of fn.params) {
    const expressions = given.get(param) ?? [];
    if (expressions.length > 0) bound.typed[param.name] = expressions[0]!.text;
    bound.values[param.name] = argumentOf(param, expressions, fn, call, evaluate);
  }
  return bound;
}

function noParameter(name: string, fn: GraphiteFunction, column: number): GraphiteError {
  const names = fn.params.map((param) => param.name);
  const nearest = nearestName(name, names, MAX_EDITS);
  const hint = nearest === null ? "" : `, did you mean ${nearest}?`;
  return wrong(`${fn.name} has no parameter ${shown(name)}${hint}`, column);
}

function argumentOf(
  param: NamedParam,
  expressions: readonly Expression[],
  fn: GraphiteFunction,
  call: Call,
  evaluate: (expression: Expression) => TimeSeries[],
): unknown {
  if (expressions.length === 0 && isNeeded(param)) {
    throw wrong(`${fn.name} needs ${param.name}`, call.column);
  }
  if (param.multiple === true) {
    if (takesSeries(param)) {
      return expressions.flatMap((expression) => seriesOf(param, expression, fn, evaluate));
    }
    if (expressions.length > MAX_ARGUMENTS) {
      throw wrong(`${fn.name} takes at most ${MAX_ARGUMENTS} ${param.name}`, call.column);
    }
    return expressions.map((expression) => convert(param, expression, fn, evaluate));
  }
  const [expression] = expressions;
  if (expression === undefined || (expression.type === "none" && !param.required)) {
    return param.default;
  }
  return convert(param, expression, fn, evaluate);
}

/**
 * Arguments of a function that is called with lists of series only: all else is its default.
 *
 * @throws GraphiteError ERR_ARGUMENT when the function needs other arguments
 */
export function bindSeries(
  fn: GraphiteFunction,
  lists: readonly (readonly TimeSeries[])[],
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  let used = 0;
  for (const param of fn.params) {
    const list = lists[used];
    if (list === undefined) {
      if (isNeeded(param)) {
        throw new GraphiteError("ERR_ARGUMENT", `${fn.name} needs ${param.name}`);
      }
      values[param.name] = param.multiple === true ? [] : param.default;
    } else if (!takesSeries(param) && param.type !== "any") {
      throw new GraphiteError("ERR_ARGUMENT", `${fn.name}: ${param.name} cannot be series`);
    } else if (param.multiple === true) {
      values[param.name] = lists.slice(used).flat();
      used = lists.length;
    } else {
      values[param.name] = list;
      used++;
    }
  }
  if (used < lists.length) {
    throw new GraphiteError("ERR_ARGUMENT", `${fn.name} takes at most ${used} lists of series`);
  }
  return values;
}

export function takesSeries(param: Param<unknown> | undefined): boolean {
  if (param?.isPattern === true) return false;
  const type = param?.type;
  return type === "seriesList" || type === "seriesLists" || type === "series";
}

function isNeeded(param: Param<unknown>): boolean {
  return param.required && param.mayBeMissing !== true;
}

function seriesOf(
  param: NamedParam,
  expression: Expression,
  fn: GraphiteFunction,
  evaluate: (expression: Expression) => TimeSeries[],
): TimeSeries[] {
  if (expression.type === "path" || expression.type === "call") return evaluate(expression);
  throw wrong(
    `${fn.name}: ${param.name} must be series, not ${shown(expression.text)}`,
    expression.column,
  );
}

function convert(
  param: Param<unknown> & { name: string },
  expression: Expression,
  fn: GraphiteFunction,
  evaluate: (expression: Expression) => TimeSeries[],
): unknown {
  const fail = (what: string): GraphiteError =>
    wrong(
      `${fn.name}: ${param.name} must be ${what}, not ${shown(expression.text)}`,
      expression.column,
    );
  const number = (): number | undefined => {
    if (expression.type === "number") return expression.value;
    if (expression.type === "boolean") return Number(expression.value);
    if (expression.type === "string" && expression.value.trim() !== "") {
      const value = Number(expression.value);
      return Number.isNaN(value) ? undefined : value;
    }
    return undefined;
  };
  const text = (): string | undefined => {
    if (expression.type === "string") return expression.value;
    if (expression.type === "number") return expression.text;
    return undefined;
  };
  const checkInterval = (interval: string): void => {
    try {
      parseInterval(interval);
    } catch {
      throw fail(`a time span such as "5min" or "1d" (units: s, min, h, d, w, mon, y)`);
    }
  };
  if (param.isPattern === true) {
    if (expression.type === "path") return { pattern: expression.pattern, text: expression.text };
    if (expression.type === "string") {
      return { pattern: expression.value, text: expression.value };
    }
    throw fail("a path");
  }
  switch (param.type) {
    case "series":
    case "seriesList":
    case "seriesLists":
      return seriesOf(param, expression, fn, evaluate);
    case "any": {
      if (expression.type === "path" || expression.type === "call") return evaluate(expression);
      const value = number();
      if (value === undefined) throw fail("series or a number");
      return value;
    }
    case "float": {
      const value = number() ?? (param.also === "text" ? text() : undefined);
      if (value === undefined) throw fail("a number");
      return value;
    }
    case "integer":
    case "node": {
      const value = number();
      const isRight = value !== undefined && (Number.isInteger(value) || param.also === "fraction");
      if (!isRight) throw fail("a whole number");
      return value;
    }
    case "intOrInf": {
      const value = number();
      if (value === undefined || !(Number.isInteger(value) || value === Number.POSITIVE_INFINITY)) {
        throw fail("a whole number or inf");
      }
      return value;
    }
    case "nodeOrTag": {
      if (expression.type === "string") return expression.value;
      if (expression.type === "number" && Number.isInteger(expression.value))
        return expression.value;
      throw fail("a whole number or a tag's name in quotes");
    }
    case "boolean": {
      if (expression.type === "boolean") return expression.value;
      if (expression.type === "number" && (expression.value === 0 || expression.value === 1)) {
        return expression.value === 1;
      }
      if (expression.type === "string" && /^(true|false)$/i.test(expression.value)) {
        return expression.value.toLowerCase() === "true";
      }
      throw fail("true or false");
    }
    case "intOrInterval": {
      if (expression.type === "number" && Number.isInteger(expression.value))
        return expression.value;
      if (expression.type !== "string") throw fail("a number of points or a time span in quotes");
      if (/^-?\d+$/.test(expression.value)) return Number(expression.value);
      checkInterval(expression.value);
      return expression.value;
    }
    case "interval": {
      if (expression.type !== "string") throw fail('a time span in quotes, such as "5min"');
      checkInterval(expression.value);
      return expression.value;
    }
    case "aggFunc": {
      const name = text();
      const isKnown =
        name !== undefined &&
        (Object.hasOwn(AGGREGATES, name) || Object.hasOwn(AGGREGATES, name.replace(/Series$/, "")));
      if (!isKnown) throw fail(`one of ${Object.keys(AGGREGATES).join(", ")}`);
      return name;
    }
    default: {
      if (param.also === "boolean" && expression.type === "boolean") return expression.value;
      const value = text();
      if (value === undefined) throw fail("a text in quotes");
      return value;
    }
  }
}

function shown(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text;
}

function wrong(message: string, column: number): GraphiteError {
  return new GraphiteError("ERR_ARGUMENT", message, { column });
}
