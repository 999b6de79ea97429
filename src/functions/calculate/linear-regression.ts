import { GraphiteError } from "../../model/errors.ts";
import { parseTimeExpression } from "../../model/time-expression.ts";
import { renamed, type TimeSeries } from "../../model/time-series.ts";
import { type Clock, defineFunction, type Window } from "../define.ts";
import { date, optional, seriesList } from "../params.ts";
import { partners } from "../partners.ts";

export const linearRegression = defineFunction({
  name: "linearRegression",
  group: "Calculate",
  doc: "A straight line through the datapoints of a stretch of time, drawn over the whole graph.",
  params: { seriesList, startSourceAt: optional(date), endSourceAt: optional(date) },
  plan: (args, window, clock) => [sourceOf(args, window, clock)],
  evaluate: (args, context) => {
    const { from, until } = sourceOf(args, context.window, context);
    const sources = partners(args.seriesList, context.planned[0] ?? []);
    return args.seriesList.flatMap((series, i) => {
      const source = sources[i];
      const line = source === undefined ? null : lineThrough(source);
      if (line === null) return [];
      const values = new Float64Array(series.values.length);
      for (let j = 0; j < values.length; j++) {
        values[j] = line.offset + (series.start + j * series.step) * line.factor;
      }
      return [
        renamed(
          series,
          `linearRegression(${series.name}, ${from}, ${until})`,
          { values, consolidation: "average" },
          { linearRegressions: `${from}, ${until}` },
        ),
      ];
    });
  },
});

function sourceOf(
  args: { startSourceAt: string | undefined; endSourceAt: string | undefined },
  window: Window,
  { now, timeZone }: Clock,
): Window {
  const read = (text: string | undefined, otherwise: number): number =>
    text === undefined ? otherwise : parseTimeExpression(text, now, timeZone);
  const from = read(args.startSourceAt, window.from);
  const until = read(args.endSourceAt, window.until);
  if (from < until) return { from, until };
  throw new GraphiteError("ERR_ARGUMENT", "the source must begin before it ends");
}

/** The line with the least squared distances; null when there are not two datapoints. */
function lineThrough({
  start,
  step,
  values,
}: TimeSeries): { factor: number; offset: number } | null {
  let known = 0;
  let sumI = 0;
  let sumII = 0;
  let sumV = 0;
  let sumIV = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    known++;
    sumI += i;
    sumII += i * i;
    sumV += value;
    sumIV += i * value;
  }
  const divisor = known * sumII - sumI * sumI;
  if (divisor === 0) return null;
  const factor = (known * sumIV - sumI * sumV) / divisor / step;
  return { factor, offset: (sumII * sumV - sumIV * sumI) / divisor - factor * start };
}
