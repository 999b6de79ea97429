import type { FunctionContext, GraphiteFunction, Window } from "../functions/define.ts";
import { functionNamed } from "../functions/index.ts";
import { GraphiteError } from "../model/errors.ts";
import type { TimeSeries } from "../model/time-series.ts";
import type { Call, Expression } from "../target/expression.ts";
import { parseTarget } from "../target/parse-target.ts";
import { type BoundArguments, bindArguments } from "./arguments.ts";

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
  /** Times, seconds, of the events of a window that have all these tags; without tags of all. */
  events(tags: readonly string[], window: Window): readonly number[];
  /** Ends an evaluation that takes too long. @throws GraphiteError ERR_LIMIT_SECONDS */
  checkTime(): void;
}

/** Expressions that a request evaluates at most: stacks of stacks of shifts would be endless. */
const MAX_EVALUATIONS = 100_000;
/** How often the datapoints of a request may be arguments of one call. */
const MAX_REUSE = 4;
const NO_VALUES = new Float64Array();
/** Memory of a series without its values, as datapoints. */
const DATAPOINTS_PER_SERIES = 64;

/**
 * Evaluates expressions over data that have been fetched. What is missing is noted and taken for
 * nothing: the caller fetches all of it in one step and evaluates again. So a function that looks
 * further back says so in `plan`, and no function waits.
 */
export class Evaluation {
  readonly needs = new Map<string, Need>();
  readonly #data: ReadonlyMap<string, Fetched>;
  readonly #options: EvaluationOptions;
  /** Equal sub-expressions of a request are evaluated once, unless they change what follows. */
  readonly #known = new Map<string, TimeSeries[]>();
  #knownDatapoints = 0;
  /** What arguments of planning functions are in some window, without their values. */
  readonly #examples = new Map<string, TimeSeries[]>();
  #evaluations = 0;
  #xFilesFactor: number;
  /** By window and name. */
  readonly #stacks = new Map<string, number[]>();
  /** How often a call has changed what later ones answer. */
  #changes = 0;
  /** Datapoints that functions have made from nothing. */
  #made = 0;

  constructor(data: ReadonlyMap<string, Fetched>, options: EvaluationOptions) {
    this.#data = data;
    this.#options = options;
    this.#xFilesFactor = options.xFilesFactor;
  }

  /** What the targets evaluated so far have set for the rest of the request. */
  get xFilesFactor(): number {
    return this.#xFilesFactor;
  }

  /** @throws GraphiteError */
  evaluate(expression: Expression, window: Window): TimeSeries[] {
    if (++this.#evaluations > MAX_EVALUATIONS) {
      const message = `the targets ask for more than ${MAX_EVALUATIONS} evaluations`;
      throw new GraphiteError("ERR_EVALUATION", message, { column: expression.column });
    }
    if (expression.type === "path") {
      return this.#need({ pattern: expression.pattern, tags: null }, expression.text, window);
    }
    if (expression.type !== "call") {
      const message = `${expression.text} is no series`;
      throw new GraphiteError("ERR_TARGET_SYNTAX", message, { column: expression.column });
    }
    const key = `${window.from} ${window.until} ${this.#xFilesFactor} ${expression.text}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const changes = this.#changes;
    const result = this.#call(expression, window);
    if (changes === this.#changes) this.#remember(key, result);
    return result;
  }

  /** What is remembered may be forgotten again, lest deep targets keep every layer of large lists. */
  #remember(key: string, result: TimeSeries[]): void {
    this.#knownDatapoints += sizeOf(result);
    if (this.#knownDatapoints > this.#options.maxDatapoints) {
      this.#known.clear();
      this.#knownDatapoints = sizeOf(result);
    }
    this.#known.set(key, result);
  }

  #call(call: Call, window: Window): TimeSeries[] {
    this.#options.checkTime();
    const fn = functionNamed(call.name);
    if (fn === undefined) {
      const message = `there is no function ${call.name}`;
      throw new GraphiteError("ERR_UNKNOWN_FUNCTION", message, { column: call.column });
    }
    // Grafana sends functions without arguments while a query is being put together.
    if (call.args.length === 0 && call.named.length === 0 && takesSeries(fn.params[0]?.type))
      return [];
    try {
      const evaluate = this.#withinBudget();
      const bound = bindArguments(call, fn, (expression) => evaluate(expression, window));
      const { first } = bound;
      const windows =
        fn.plan === null ? [] : fn.plan(this.#planValues(fn, bound), window, this.#options);
      const planned = windows.map((one) => (first === undefined ? [] : evaluate(first, one)));
      return fn.evaluate(bound.values, this.#context(call, window, bound.typed, planned));
    } catch (error) {
      if (error instanceof GraphiteError && error.column !== undefined) throw error;
      const code = error instanceof GraphiteError ? error.code : "ERR_EVALUATION";
      const reason = error instanceof Error ? error.message : String(error);
      throw new GraphiteError(code, reason, { column: call.column, cause: error });
    }
  }

  /** Evaluates what one call needs, which may be the same large list again and again. */
  #withinBudget(): (expression: Expression, window: Window) => TimeSeries[] {
    let datapoints = 0;
    return (expression, window) => {
      const list = this.evaluate(expression, window);
      datapoints += sizeOf(list);
      if (datapoints > MAX_REUSE * this.#options.maxDatapoints) {
        throw new GraphiteError("ERR_LIMIT_DATAPOINTS", "the arguments have too many datapoints");
      }
      return list;
    };
  }

  /**
   * Plans depend on steps, and a series has the same step in every window of a request. So a list
   * that is not known yet in this window is planned for by what it is in another one; else each
   * function around another one would double the rounds of fetching.
   */
  #planValues(fn: GraphiteFunction, { values, first }: BoundArguments): Record<string, unknown> {
    const param = fn.params[0];
    if (first === undefined || param?.type !== "seriesList") return values;
    // Bound to a seriesList.
    const list = values[param.name] as TimeSeries[];
    if (list.length === 0) return { ...values, [param.name]: this.#examples.get(first.text) ?? [] };
    this.#examples.set(
      first.text,
      list.map((series) => ({ ...series, values: NO_VALUES })),
    );
    return values;
  }

  #context(
    call: Call,
    window: Window,
    typed: Record<string, string>,
    planned: readonly TimeSeries[][],
  ): FunctionContext {
    const { timeZone, now, maxDatapoints, events } = this.#options;
    const context: FunctionContext = {
      window,
      timeZone,
      now,
      xFilesFactor: this.#xFilesFactor,
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
      events,
      reserve: (datapoints) => this.#reserve(datapoints),
      setXFilesFactor: (xFilesFactor) => {
        this.#xFilesFactor = xFilesFactor;
        this.#changes++;
      },
      stack: (name) => this.#stack(name, window),
    };
    return context;
  }

  #reserve(datapoints: number): void {
    this.#made += datapoints;
    if (this.#made <= this.#options.maxDatapoints) return;
    const message = `${datapoints} datapoints are too many: use longer steps or a shorter range`;
    throw new GraphiteError("ERR_LIMIT_DATAPOINTS", message);
  }

  #stack(name: string, window: Window): number[] {
    this.#changes++;
    const key = `${window.from} ${window.until} ${name}`;
    const totals = this.#stacks.get(key) ?? [];
    this.#stacks.set(key, totals);
    return totals;
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

/** In datapoints; a series costs as much as some of them. */
function sizeOf(list: readonly TimeSeries[]): number {
  return list.reduce((size, series) => size + DATAPOINTS_PER_SERIES + series.values.length, 0);
}

function takesSeries(type: string | undefined): boolean {
  return type === "seriesList" || type === "seriesLists" || type === "series";
}
