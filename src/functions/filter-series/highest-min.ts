import { aggregateNamed } from "../../model/aggregate.ts";
import { countKnown } from "../../model/values.ts";
import { checkRange } from "../checks.ts";
import { defineFunction, type GraphiteFunction } from "../define.ts";
import { integer, seriesList } from "../params.ts";
import { sortByAggregate } from "./by-aggregate.ts";

/** Unlike Graphite's functions of this kind, a series without values is no candidate. */
function first(name: string, func: string, isDescending: boolean, what: string): GraphiteFunction {
  return defineFunction({
    name,
    group: "Filter Series",
    origin: "carbonapi",
    doc: `The n series with the ${what}; all of them, as they are, when there are fewer.`,
    params: { seriesList, n: integer },
    evaluate: ({ seriesList: list, n }) => {
      checkRange("n", n, 0);
      if (list.length < n) return list;
      const candidates = list.filter((series) => countKnown(series.values) > 0);
      return sortByAggregate(candidates, aggregateNamed(func), isDescending).slice(0, n);
    },
  });
}

export const highestMin = first("highestMin", "min", true, "highest minimum");
export const lowestMax = first("lowestMax", "max", false, "lowest maximum");
export const lowestMin = first("lowestMin", "min", false, "lowest minimum");
