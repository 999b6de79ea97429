import { GraphiteError } from "../../model/errors.ts";
import { type TimeSeries, withChanges } from "../../model/time-series.ts";
import { defineFunction, type FunctionContext } from "../define.ts";
import { groupBy } from "../nodes.ts";
import { many, mappedSeries, node, string } from "../params.ts";

export const reduceSeries = defineFunction({
  name: "reduceSeries",
  aliases: ["reduce"],
  group: "Combine",
  doc:
    "Calls a function for every group of series whose names begin alike; in each group the node " +
    "after that says which argument a series is.",
  params: {
    seriesLists: mappedSeries,
    reduceFunction: string,
    reduceNode: node,
    reduceMatchers: many(string),
  },
  evaluate: ({ seriesLists, reduceFunction, reduceNode, reduceMatchers }, context) => {
    const matchers = new Set(reduceMatchers);
    if (matchers.size < reduceMatchers.length) {
      throw new GraphiteError("ERR_ARGUMENT", "reduceMatchers must differ from each other");
    }
    const nodeOf = ({ name }: TimeSeries): string => name.split(".").at(reduceNode) ?? "";
    const matched = seriesLists.filter((one) => matchers.has(nodeOf(one)));
    const groups = groupBy(matched, ({ name }) => name.split(".").slice(0, reduceNode).join("."));
    const result: TimeSeries[] = [];
    let incomplete: string | undefined;
    for (const [key, members] of groups) {
      const byNode = new Map(members.map((one) => [nodeOf(one), one]));
      if (reduceMatchers.some((matcher) => !byNode.has(matcher))) {
        incomplete ??= key;
        continue;
      }
      const lists = reduceMatchers.map((matcher) => [byNode.get(matcher)!]);
      const reduced = called(reduceFunction, lists, context);
      const name = `${key}.reduce.${reduceFunction}`;
      if (reduced !== undefined) result.push(withChanges(reduced, { name }));
    }
    // One group that lacks a series must not take the others with it.
    if (result.length === 0 && incomplete !== undefined) {
      const message = `${incomplete} does not have a series for each of ${reduceMatchers.join(", ")}`;
      throw new GraphiteError("ERR_ARGUMENT", message);
    }
    return result;
  },
});

function called(
  name: string,
  lists: readonly TimeSeries[][],
  context: FunctionContext,
): TimeSeries | undefined {
  const answer = context.call(name, ...lists);
  if (answer === undefined) {
    throw new GraphiteError("ERR_ARGUMENT", `${name} is no function of series`);
  }
  return answer[0];
}
