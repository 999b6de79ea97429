import { aggregateNamed } from "../../model/aggregate.ts";
import { countKnown } from "../../model/values.ts";
import { defineFunction } from "../define.ts";
import { integer, seriesList } from "../params.ts";
import { sortByAggregate } from "./by-aggregate.ts";

export const mostDeviant = defineFunction({
  name: "mostDeviant",
  group: "Filter Series",
  doc: "The n series with the greatest standard deviation, the greatest first.",
  params: { seriesList, n: integer },
  evaluate: ({ seriesList: list, n }) => {
    const known = list.filter(({ values }) => countKnown(values) > 0);
    return sortByAggregate(known, aggregateNamed("stddev"), true).slice(0, n);
  },
});
