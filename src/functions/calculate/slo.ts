import { GraphiteError } from "../../model/errors.ts";
import { renamed, type TimeSeries } from "../../model/time-series.ts";
import { checkDatapoints, spanSeconds } from "../checks.ts";
import { defineFunction, type FunctionContext, type Window } from "../define.ts";
import { float, interval, seriesList, string, suggesting } from "../params.ts";

type Condition = (value: number, limit: number) => boolean;

const METHODS = new Map<string, Condition>([
  ["above", (value, limit) => value > limit],
  ["aboveOrEqual", (value, limit) => value >= limit],
  ["below", (value, limit) => value < limit],
  ["belowOrEqual", (value, limit) => value <= limit],
]);

const params = {
  seriesList,
  interval: suggesting(interval, "10min", "1h", "1d"),
  method: suggesting(string, ...METHODS.keys()),
  value: float,
};

export const slo = defineFunction({
  name: "slo",
  group: "Calculate",
  origin: "carbonapi",
  doc: "The share of datapoints, 0 to 1, that are above or below a value, in each interval.",
  params,
  plan: (args, window) => longerWindow(args.interval, window),
  evaluate: (args, context) => {
    const seconds = spanSeconds("interval", args.interval);
    return sharesOf(args, seconds, context).map((one) =>
      renamed(one, `slo(${one.name}, ${args.interval}, ${args.method}, ${args.value})`),
    );
  },
});

export const sloErrorBudget = defineFunction({
  name: "sloErrorBudget",
  group: "Calculate",
  origin: "carbonapi",
  doc:
    "The seconds of each interval by which the share of datapoints that are above or below a " +
    "value is better than the objective; negative when it is worse.",
  params: { ...params, objective: float },
  plan: (args, window) => longerWindow(args.interval, window),
  evaluate: (args, context) => {
    const seconds = spanSeconds("interval", args.interval);
    const { interval: text, method, value, objective } = args;
    const source = sourceOf(args.seriesList, context);
    return sharesOf(args, seconds, context).map((one, i) => {
      const length = source[i]!.step * source[i]!.values.length;
      const values = one.values.map((share, bucket) => {
        // The last interval may be cut short.
        return (share - objective) * Math.min(seconds, length - bucket * seconds);
      });
      const name = `sloErrorBudget(${one.name}, ${text}, ${method}, ${value}, ${objective})`;
      return renamed(one, name, { values });
    });
  },
});

/** An interval that is longer than the request is filled from further back. */
function longerWindow(text: string, { from, until }: Window): Window[] {
  const seconds = spanSeconds("interval", text);
  return seconds > until - from ? [{ from: until - seconds, until }] : [];
}

function sourceOf(list: TimeSeries[], { planned }: FunctionContext): readonly TimeSeries[] {
  return planned[0] ?? list;
}

/** Series at the step of the interval, under the names of their sources. */
function sharesOf(
  args: { seriesList: TimeSeries[]; method: string; value: number },
  seconds: number,
  context: FunctionContext,
): TimeSeries[] {
  const holds = METHODS.get(args.method);
  if (holds === undefined) {
    const names = [...METHODS.keys()].join(", ");
    const message = `method must be one of ${names}, not ${args.method}`;
    throw new GraphiteError("ERR_ARGUMENT", message);
  }
  const list = sourceOf(args.seriesList, context);
  const counts = list.map(({ values, step }) => Math.ceil((values.length * step) / seconds));
  const datapoints = counts.reduce((sum, count) => sum + count, 0);
  checkDatapoints(datapoints, context.maxDatapoints, "use a longer interval");
  return list.map((series, i) => {
    const values = shareOfGood(series, seconds, counts[i]!, (value) => holds(value, args.value));
    return { ...series, end: series.start + seconds * values.length, step: seconds, values };
  });
}

function shareOfGood(
  { values, step }: TimeSeries,
  seconds: number,
  buckets: number,
  isGood: (value: number) => boolean,
): Float64Array {
  const known = new Float64Array(buckets);
  const good = new Float64Array(buckets);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    const bucket = Math.floor((i * step) / seconds);
    known[bucket] = known[bucket]! + 1;
    if (isGood(value)) good[bucket] = good[bucket]! + 1;
  }
  // Without values this is 0 / 0, a gap.
  for (let i = 0; i < buckets; i++) good[i] = good[i]! / known[i]!;
  return good;
}
