import { GraphiteError } from "../../model/errors.ts";
import { parseTimeExpression } from "../../model/time-expression.ts";
import { drawn, newSeries } from "../../model/time-series.ts";
import { defineFunction } from "../define.ts";
import { date, optional, string } from "../params.ts";

export const verticalLine = defineFunction({
  name: "verticalLine",
  group: "Graph",
  doc: "A bar from top to bottom at a time within the graph, with a label and a colour.",
  params: { ts: date, label: optional(string), color: optional(string) },
  evaluate: ({ ts, label, color }, { window, now, timeZone }) => {
    const time = parseTimeExpression(ts, now, timeZone);
    if (time < window.from || time > window.until) {
      throw new GraphiteError("ERR_ARGUMENT", `${ts} is not within the graph`);
    }
    // A line without a label has no name in Graphite; this is how its tag shows that.
    const name = label ?? "None";
    const line = newSeries(name, { start: time, end: time, step: 1 }, Float64Array.of(1));
    return [drawn(line, color === undefined ? BAR : { ...BAR, color })];
  },
});

const BAR = { drawAsInfinite: true } as const;
