import { defineFunction } from "../define.ts";
import { madeSeries } from "../made-series.ts";
import { integer, string, withDefault } from "../params.ts";

export const randomWalk = defineFunction({
  name: "randomWalk",
  aliases: ["randomWalkFunction"],
  group: "Special",
  doc: "A random walk from 0, to try things out.",
  params: { name: string, step: withDefault(integer, 60) },
  evaluate: ({ name, step }, context) => {
    let present = 0;
    const walk = madeSeries(name, step, context, () => {
      const value = present;
      present += Math.random() - 0.5;
      return value;
    });
    return [{ ...walk, pathExpression: `randomWalk("${name}")` }];
  },
});
