import { GraphiteError } from "../../model/errors.ts";
import { defineFunction } from "../define.ts";
import { integer, string, withDefault } from "../params.ts";

export const randomWalk = defineFunction({
  name: "randomWalk",
  aliases: ["randomWalkFunction"],
  group: "Special",
  doc: "A random walk from 0, to try things out.",
  params: { name: string, step: withDefault(integer, 60) },
  evaluate: ({ name, step }, { window, maxDatapoints }) => {
    if (step <= 0) throw new GraphiteError("ERR_ARGUMENT", "step must be above 0");
    const length = Math.ceil((window.until - window.from) / step);
    if (length > maxDatapoints) {
      throw new GraphiteError(
        "ERR_LIMIT_DATAPOINTS",
        `${length} datapoints are too many: use a longer step`,
      );
    }
    const values = new Float64Array(length);
    for (let i = 1; i < length; i++) values[i] = values[i - 1]! + Math.random() - 0.5;
    const end = window.from + length * step;
    const pathExpression = `randomWalk("${name}")`;
    return [
      {
        name,
        pathExpression,
        start: window.from,
        end,
        step,
        values,
        consolidation: "average",
        xFilesFactor: null,
        tags: { name },
      },
    ];
  },
});
