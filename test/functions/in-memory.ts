import type { ExecutionContext } from "ava";
import type { Window } from "../../src/functions/define.ts";
import { parsePattern } from "../../src/model/glob.ts";
import { tagsOf } from "../../src/model/series-name.ts";
import type { TimeSeries } from "../../src/model/time-series.ts";
import { Evaluation, type Fetched, type Need } from "../../src/render/evaluate.ts";
import { parseTarget } from "../../src/target/parse-target.ts";

/** The beginning of the usual window; series begin a step later. */
export const T0 = 1_700_000_000;
/** Twelve points of ten seconds. */
export const WINDOW: Window = { from: T0, until: T0 + 120 };

/** A series as a test writes it down. */
export interface Row {
  name: string;
  values: Float64Array;
  start: number;
  step: number;
  /** Nothing is kept from before: an answer begins here at the earliest. */
  keptFrom: number;
}

/** `values` are numbers with blanks between them, `_` is a gap. */
export function row(
  name: string,
  values: string | readonly number[],
  { start = T0 + 10, step = 10, keptFrom = 0 } = {},
): Row {
  const numbers = typeof values === "string" ? parseValues(values) : values;
  return { name, values: Float64Array.from(numbers), start, step, keptFrom };
}

export interface Options {
  window?: Window;
  xFilesFactor?: number;
  maxDatapoints?: number;
}

/** Evaluates a target over these series, as a render request does: fetching in rounds. */
export function evaluateTarget(
  target: string,
  rows: readonly Row[],
  { window = WINDOW, xFilesFactor = 0, maxDatapoints = 100_000 }: Options = {},
): TimeSeries[] {
  const { expression } = parseTarget(target);
  if (expression === null) throw new Error(`${target} asks for nothing`);
  const data = new Map<string, Fetched>();
  for (;;) {
    const evaluation = new Evaluation(data, {
      timeZone: "UTC",
      now: window.until,
      xFilesFactor,
      maxDatapoints,
      events: () => [],
      checkTime: () => {},
    });
    let result: TimeSeries[] = [];
    let error: unknown;
    try {
      result = evaluation.evaluate(expression, window);
    } catch (caught) {
      error = caught;
    }
    if (evaluation.needs.size === 0) {
      if (error !== undefined) throw error;
      return result;
    }
    for (const need of evaluation.needs.values()) data.set(need.key, fetch(need, rows));
  }
}

/** What is expected of one series; times are only looked at where they are given. */
export interface Expected {
  name: string;
  values?: string;
  /** Seconds after T0. */
  start?: number;
  step?: number;
  tags?: Record<string, string>;
}

/** Values may differ by the rounding of four decimals. */
export function checkSeries(
  t: ExecutionContext,
  target: string,
  got: readonly TimeSeries[],
  expected: readonly Expected[],
): void {
  t.deepEqual(
    got.map((one) => one.name),
    expected.map((one) => one.name),
    target,
  );
  expected.forEach((want, i) => {
    const series = got[i]!;
    const message = `${target}: ${want.name}`;
    if (want.values !== undefined) {
      const values = parseValues(want.values);
      const isAlike =
        values.length === series.values.length &&
        values.every((value, j) => isNear(value, series.values[j]!));
      t.true(isAlike, `${message}: ${[...series.values].join(" ")} instead of ${want.values}`);
    }
    if (want.start !== undefined) t.is(series.start - T0, want.start, message);
    if (want.step !== undefined) t.is(series.step, want.step, message);
    if (want.tags !== undefined) t.like(series.tags, want.tags, message);
    t.is(series.end, series.start + series.step * series.values.length, message);
  });
}

function isNear(a: number, b: number): boolean {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b);
  return Math.abs(a - b) <= 5.1e-5 + 1e-12 * Math.abs(a);
}

function parseValues(text: string): number[] {
  return text
    .trim()
    .split(/\s+/)
    .map((word) => (word === "_" ? Number.NaN : Number(word)));
}

function fetch(need: Need, rows: readonly Row[]): TimeSeries[] {
  const lists = parsePattern(need.pattern ?? "");
  const { from, until } = need.window;
  return rows
    .filter(({ name }) => {
      const nodes = name.split(".");
      return lists.some(
        (list) =>
          list.length === nodes.length &&
          list.every((node, i) => {
            if (node.kind === "literal") return node.text === nodes[i];
            return node.kind === "match" ? node.test(nodes[i]!) : true;
          }),
      );
    })
    .filter(({ keptFrom }) => keptFrom <= until)
    .map(({ name, values, start, step, keptFrom }) => {
      const first = Math.max(Math.floor(from / step) * step + step, keptFrom);
      const end = Math.floor(until / step) * step + step;
      const window = new Float64Array((end - first) / step).fill(Number.NaN);
      for (let i = 0; i < window.length; i++) {
        const at = (first + i * step - start) / step;
        if (at >= 0 && at < values.length) window[i] = values[at]!;
      }
      return {
        name,
        pathExpression: need.pathExpression,
        start: first,
        end,
        step,
        values: window,
        consolidation: "average",
        xFilesFactor: null,
        tags: tagsOf(name),
      };
    });
}
