import type { FunctionContext, GraphiteFunction, Window } from "../functions/define.ts";
import { functionNamed, functionNames } from "../functions/index.ts";
import { GraphiteError } from "../model/errors.ts";
import { nearestName } from "../model/nearest-name.ts";
import type { TimeSeries } from "../model/time-series.ts";
import type { Call, Expression } from "../target/expression.ts";
import { parseTarget } from "../target/parse-target.ts";
import { type BoundArguments, bindArguments, bindSeries, takesSeries } from "./arguments.ts";
import { RequestState } from "./request-state.ts";

/** What is wanted: series of a path, of tag expressions, or of the leaves below a path's nodes. */
export interface Wanted {
  pattern: string | null;
  tags: readonly string[] | null;
  /** How many levels of leaves are merged, 0 for all; null when they are not. */
  levels: number | null;
}

/** Data that an evaluation needs, in a window. */
export interface Need extends Wanted {
  /** Equal for equal needs. */
  key: string;
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

/** Targets made by functions inside each other, and patterns of a request. */
const MAX_DEPTH = 10;
const MAX_NEEDS = 100_000;
/** Expressions that a request evaluates: stacks of stacks of shifts would be endless. */
const MAX_EVALUATIONS = 100_000;
const NO_VALUES = new Float64Array();
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
  /** Equal sub-expressions of a request are evaluated once, unless they change what follows. */
  readonly #known = new Map<string, TimeSeries[]>();
  #knownDatapoints = 0;
  /** What arguments of planning functions are in some window, without their values. */
  readonly #examples = new Map<string, TimeSeries[]>();
  readonly #state: RequestState;
  #evaluations = 0;
  /** How many targets made by functions are being evaluated inside each other. */
  #depth = 0;
  #hints = 0;

  constructor(data: ReadonlyMap<string, Fetched>, options: EvaluationOptions) {
    this.#data = data;
    this.#options = options;
    this.#state = new RequestState(options.xFilesFactor, options.maxDatapoints);
  }

  /** What the targets evaluated so far have set for the rest of the request. */
  get xFilesFactor(): number {
    return this.#state.xFilesFactor;
  }

  /** @throws GraphiteError */
  evaluate(expression: Expression, window: Window): TimeSeries[] {
    if (++this.#evaluations > MAX_EVALUATIONS) {
      const message = `the targets ask for more than ${MAX_EVALUATIONS} evaluations`;
      throw new GraphiteError("ERR_EVALUATION", message, { column: expression.column });
    }
    if (expression.type === "path") {
      const wanted = { pattern: expression.pattern, tags: null, levels: null };
      return this.#need(wanted, expression.text, window);
    }
    if (expression.type !== "call") {
      const message = `${expression.text} is no series`;
      throw new GraphiteError("ERR_TARGET_SYNTAX", message, { column: expression.column });
    }
    const key = `${keyOf(window)} ${this.xFilesFactor} ${expression.text}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const { changes } = this.#state;
    const result = this.#call(expression, window);
    if (changes === this.#state.changes) this.#remember(key, result);
    return result;
  }

  /** What is remembered may be forgotten again, lest deep targets keep every layer of large lists. */
  #remember(key: string, result: TimeSeries[]): void {
    const datapoints = this.#state.checkSize(result);
    this.#knownDatapoints += datapoints;
    if (this.#knownDatapoints > this.#options.maxDatapoints) {
      this.#known.clear();
      this.#knownDatapoints = datapoints;
    }
    this.#known.set(key, result);
  }

  #call(call: Call, window: Window): TimeSeries[] {
    this.#options.checkTime();
    const fn = functionNamed(call.name);
    if (fn === undefined) throw this.#unknownFunction(call);
    // Grafana sends functions without arguments while a query is being put together.
    const [param] = fn.params;
    if (call.args.length === 0 && call.named.length === 0 && takesSeries(param) && param?.required)
      return [];
    try {
      let datapoints = 0;
      const evaluate = (expression: Expression, inWindow: Window): TimeSeries[] => {
        const list = this.evaluate(expression, inWindow);
        // One path many times over is more than was fetched.
        datapoints += this.#state.checkSize(list, datapoints);
        return list;
      };
      const bound = bindArguments(call, fn, (expression) =>
        fn.needsOnlyPlanned && expression === call.args[0] ? [] : evaluate(expression, window),
      );
      const { first } = bound;
      const windows =
        fn.plan === null ? [] : fn.plan(this.#planValues(fn, bound), window, this.#options);
      const planned = windows.map((one) =>
        first === undefined ? [] : evaluate(first, within(window, one)),
      );
      const result = fn.evaluate(bound.values, this.#context(call, window, bound.typed, planned));
      this.#state.checkSize(result);
      return result;
    } catch (error) {
      if (error instanceof GraphiteError && error.column !== undefined) throw error;
      const code = error instanceof GraphiteError ? error.code : "ERR_EVALUATION";
      const reason = error instanceof Error ? error.message : String(error);
      const { column, text } = call;
      throw new GraphiteError(code, reason, { column, call: text, cause: error });
    }
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
    const { timeZone, now, maxDatapoints, events } = this.#options;
    const context: FunctionContext = {
      window,
      timeZone,
      now,
      xFilesFactor: this.xFilesFactor,
      maxDatapoints,
      planned,
      text: call.text,
      typed,
      argumentCount: call.args.length + call.named.length,
      call: (name, ...lists) => {
        const fn = functionNamed(name);
        if (fn === undefined || !takesSeries(fn.params[0])) return undefined;
        const values = bindSeries(fn, lists);
        return fn.evaluate(values, { ...context, typed: {}, argumentCount: lists.length });
      },
      evaluateTarget: (target, other) => this.#evaluateText(target, within(window, other)),
      seriesByTag: (expressions) =>
        this.#need({ pattern: null, tags: expressions, levels: null }, call.text, window),
      tree: ({ pattern, text }, levels) =>
        this.#need({ pattern, tags: null, levels }, text, window),
      events,
      reserve: (datapoints) => this.#state.reserve(datapoints),
      setXFilesFactor: (value) => {
        this.#state.xFilesFactor = value;
      },
      stack: (name) => this.#state.stack(name, window),
    };
    return context;
  }

  /** A target that a function has put together; such a target may hold another one, and so on. */
  #evaluateText(target: string, window: Window): TimeSeries[] {
    this.#options.checkTime();
    if (this.#depth === MAX_DEPTH) {
      const message = `targets made by functions are nested more than ${MAX_DEPTH} deep`;
      throw new GraphiteError("ERR_EVALUATION", message);
    }
    this.#depth++;
    try {
      const { expression } = parseTarget(target);
      return expression === null ? [] : this.evaluate(expression, window);
    } finally {
      this.#depth--;
    }
  }

  #need(wanted: Wanted, pathExpression: string, window: Window): TimeSeries[] {
    const { pattern, tags, levels } = wanted;
    const source = pattern === null ? JSON.stringify(tags) : `p${levels ?? ""} ${pattern}`;
    const key = `${keyOf(window)} ${source} ${pathExpression}`;
    const known = this.#data.get(key);
    if (known instanceof GraphiteError) throw known;
    if (known !== undefined) return [...known];
    if (this.needs.size === MAX_NEEDS) {
      const message = `a request names at most ${MAX_NEEDS} patterns`;
      throw new GraphiteError("ERR_LIMIT_SERIES", message);
    }
    this.needs.set(key, { key, ...wanted, pathExpression, window });
    return [];
  }
}

/** A window that a function asks for shows what the function's own window does, unless it says so. */
function within(outer: Window, inner: Window = outer): Window {
  const { statistic, isExact } = outer;
  return { statistic, isExact, ...inner };
}

/** Equal for equal windows. */
function keyOf({ from, until, statistic, isExact }: Window): string {
  return `${from} ${until} ${statistic ?? ""} ${isExact === true}`;
}
