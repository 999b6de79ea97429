import { renamed, type TimeSeries } from "../../model/time-series.ts";
import { defineFunction } from "../define.ts";
import { seriesList } from "../params.ts";

export const isNonNull = defineFunction({
  name: "isNonNull",
  group: "Transform",
  doc: "Marks datapoints with 1 and gaps with 0.",
  params: { seriesList },
  evaluate: ({ seriesList: list }) => list.map(marked),
});

export function marked(series: TimeSeries): TimeSeries {
  return renamed(
    series,
    `isNonNull(${series.name})`,
    { values: series.values.map((value) => (Number.isNaN(value) ? 0 : 1)) },
    { isNonNull: "1" },
  );
}
