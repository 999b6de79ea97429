import { aggregateNamed } from "../../model/aggregate.ts";
import { defineFunction } from "../define.ts";
import { sortByAggregate } from "../filter-series/by-aggregate.ts";
import { aggFunc, boolean, seriesList, withDefault } from "../params.ts";

export const sortBy = defineFunction({
  name: "sortBy",
  group: "Sorting",
  doc: "Sorts the series by the named function.",
  params: {
    seriesList,
    func: withDefault(aggFunc, "average"),
    reverse: withDefault(boolean, false),
  },
  evaluate: ({ seriesList: list, func, reverse }) =>
    sortByAggregate(list, aggregateNamed(func), reverse),
});

export const sortByMaxima = defineFunction({
  name: "sortByMaxima",
  group: "Sorting",
  doc: "Sorts the series by their maxima, the highest first.",
  params: { seriesList },
  evaluate: ({ seriesList: list }) => sortByAggregate(list, aggregateNamed("max"), true),
});

export const sortByMinima = defineFunction({
  name: "sortByMinima",
  group: "Sorting",
  doc: "Sorts the series that go above zero by their minima, the lowest first.",
  params: { seriesList },
  evaluate: ({ seriesList: list }) => {
    const max = aggregateNamed("max");
    const positive = list.filter(({ values }) => max(values, 0, values.length) > 0);
    return sortByAggregate(positive, aggregateNamed("min"), false);
  },
});

export const sortByTotal = defineFunction({
  name: "sortByTotal",
  group: "Sorting",
  doc: "Sorts the series by their sums, the highest first.",
  params: { seriesList },
  evaluate: ({ seriesList: list }) => sortByAggregate(list, aggregateNamed("sum"), true),
});

export const sortByName = defineFunction({
  name: "sortByName",
  group: "Sorting",
  doc: "Sorts the series by name; natural order takes runs of digits as numbers.",
  params: {
    seriesList,
    natural: withDefault(boolean, false),
    reverse: withDefault(boolean, false),
  },
  evaluate: ({ seriesList: list, natural, reverse }) => {
    const keyed = list.map((series) => ({
      series,
      key: natural ? series.name.replace(/\d+/g, (run) => run.padStart(10, "0")) : series.name,
    }));
    const order = reverse ? -1 : 1;
    keyed.sort((a, b) => (a.key === b.key ? 0 : a.key < b.key ? -order : order));
    return keyed.map(({ series }) => series);
  },
});
