import { renamed, type TimeSeries } from "../../model/time-series.ts";
import { defineFunction } from "../define.ts";
import { oneOf, seriesList, string } from "../params.ts";

/** A name that nothing is known by matters only where points are joined. */
function consolidatedBy(list: readonly TimeSeries[], name: string): TimeSeries[] {
  return list.map((series) =>
    renamed(
      series,
      `consolidateBy(${series.name},"${name}")`,
      { consolidation: name },
      { consolidateBy: name },
    ),
  );
}

export const consolidateBy = defineFunction({
  name: "consolidateBy",
  group: "Special",
  doc: "Says how the datapoints are joined where there are more of them than fit.",
  params: {
    seriesList,
    consolidationFunc: oneOf(string, "sum", "average", "min", "max", "first", "last"),
  },
  evaluate: ({ seriesList: list, consolidationFunc }) => consolidatedBy(list, consolidationFunc),
});

export const cumulative = defineFunction({
  name: "cumulative",
  group: "Special",
  doc: "Joins datapoints by their sum where there are more of them than fit.",
  params: { seriesList },
  evaluate: ({ seriesList: list }) => consolidatedBy(list, "sum"),
});
