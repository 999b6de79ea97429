import type { FunctionContext, Window } from "../functions/define.ts";
import { functionNamed, functionNames } from "../functions/index.ts";
import { GraphiteError } from "../model/errors.ts";
import { nearestName } from "../model/nearest-name.ts";
import type { TimeSeries } from "../model/time-series.ts";
import type { Call, Expression } from "../target/expression.ts";
import { parseTarget } from "../target/parse-target.ts";
import { bindArguments } from "./arguments.ts";

/** Data that an evaluation needs: series of a path or of tag expressions, in a window. */
export interface Need {
  /** Equal for equal needs. */
  key: string;
  pattern: string | null;
  tags: readonly string[] | null;
  /** What the series say they were asked for by. */
  pathExpression: string;
  window: Window;
}

/** What was fetched for a need; an error meets every target that asked for it. */
export type Fetched = readonly TimeSeries[] | GraphiteError;

export interface EvaluationOptions {
  timeZone: string;
  now: number;
  xFilesFactor: number;
  maxDatapoints: number;
  /** Ends an evaluation that takes too long. @throws GraphiteError ERR_LIMIT_SECONDS */
  checkTime(): void;
}

/** Characters of a name that an error shows. */
const MAX_SHOWN = 100;
/** Suggestions of one request: each compares a name with all functions, and few are ever shown. */
const MAX_HINTS = 20;

/**
 * Evaluates expressions over data that have been fetched. What is missing is noted and taken for
 * nothing: the caller fetches all of it in one step and evaluates again. So a function that looks
 * further back says so in `plan`, and no function waits.
 */
export class Evaluation {
  readonly needs = new Map<string, Need>();
  readonly #data: ReadonlyMap<string, Fetched>;
  readonly #options: EvaluationOptions;
  /** Equal sub-expressions of a request are evaluated once. */
  readonly #known = new Map<string, TimeSeries[]>();
  #hints = 0;

  constructor(data: ReadonlyMap<string, Fetched>, options: EvaluationOptions) {
    this.#data = data;
    this.#options = options;
  }

  /** @throws GraphiteError */
  evaluate(expression: Expression, window: Window): TimeSeries[] {
    if (expression.type === "path") {
      return this.#need({ pattern: expression.pattern, tags: null }, expression.text, window);
    }
    if (expression.type !== "call") {
      const message = `${expression.text} is no series`;
      throw new GraphiteError("ERR_TARGET_SYNTAX", message, { column: expression.column });
    }
    const key = `${window.from} ${window.until} ${expression.text}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const result = this.#call(expression, window);
    this.#known.set(key, result);
    return result;
  }

  #call(call: Call, window: Window): TimeSeries[] {
    this.#options.checkTime();
    const fn = functionNamed(call.name);
    if (fn === undefined) throw this.#unknownFunction(call);
    // Grafana sends functions without arguments while a query is being put together.
    if (call.args.length === 0 && call.named.length === 0 && takesSeries(fn.params[0]?.type))
      return [];
    try {
      const bound = bindArguments(call, fn, (expression) => this.evaluate(expression, window));
      const windows = fn.plan?.(bound.values, window) ?? [];
      const { first } = bound;
      const planned = windows.map((one) => (first === undefined ? [] : this.evaluate(first, one)));
      return fn.evaluate(bound.values, this.#context(call, window, bound.typed, planned));
    } catch (error) {
      if (error instanceof GraphiteError && error.column !== undefined) throw error;
      const code = error instanceof GraphiteError ? error.code : "ERR_EVALUATION";
      const reason = error instanceof Error ? error.message : String(error);
      const { column, text } = call;
      throw new GraphiteError(code, reason, { column, call: text, cause: error });
    }
  }

  #unknownFunction({ name, column }: Call): GraphiteError {
    // A name with more than a third of its letters wrong is another name.
    const maxEdits = Math.ceil(name.length / 3);
    const nearest = this.#hints++ < MAX_HINTS ? nearestName(name, functionNames(), maxEdits) : null;
    const hint = nearest === null ? "" : `, did you mean ${nearest}?`;
    const message = `there is no function ${name.slice(0, MAX_SHOWN)}${hint}`;
    return new GraphiteError("ERR_UNKNOWN_FUNCTION", message, { column });
  }

  #context(
    call: Call,
    window: Window,
    typed: Record<string, string>,
    planned: readonly TimeSeries[][],
  ): FunctionContext {
    const { timeZone, now, xFilesFactor, maxDatapoints } = this.#options;
    const context: FunctionContext = {
      window,
      timeZone,
      now,
      xFilesFactor,
      maxDatapoints,
      planned,
      text: call.text,
      typed,
      argumentCount: call.args.length + call.named.length,
      call: (name, series) => {
        const fn = functionNamed(name);
        const param = fn?.params[0];
        if (fn === undefined || param === undefined || !takesSeries(param.type)) return undefined;
        const defaults = fn.params
          .slice(1)
          .map((one) => [one.name, one.multiple ? [] : one.default]);
        const values = { ...Object.fromEntries(defaults), [param.name]: series };
        return fn.evaluate(values, context);
      },
      evaluateTarget: (target, other) => {
        const { expression } = parseTarget(target);
        return expression === null ? [] : this.evaluate(expression, other ?? window);
      },
      seriesByTag: (expressions) =>
        this.#need({ pattern: null, tags: expressions }, call.text, window),
    };
    return context;
  }

  #need(
    what: { pattern: string | null; tags: readonly string[] | null },
    pathExpression: string,
    window: Window,
  ): TimeSeries[] {
    const source = what.pattern === null ? JSON.stringify(what.tags) : `p${what.pattern}`;
    const key = `${window.from} ${window.until} ${source} ${pathExpression}`;
    const known = this.#data.get(key);
    if (known instanceof GraphiteError) throw known;
    if (known !== undefined) return [...known];
    this.needs.set(key, { key, ...what, pathExpression, window });
    return [];
  }
}

function takesSeries(type: string | undefined): boolean {
  return type === "seriesList" || type === "seriesLists" || type === "series";
}
