import { formatFloat } from "../../model/python-number.ts";
import { withChanges } from "../../model/time-series.ts";
import { defineFunction } from "../define.ts";
import { float, seriesList } from "../params.ts";

export const setXFilesFactor = defineFunction({
  name: "setXFilesFactor",
  aliases: ["xFilesFactor"],
  group: "Special",
  doc: "The share of known values below which aggregates of these series are gaps; it holds for the rest of the request too.",
  params: { seriesList, xFilesFactor: float },
  evaluate: ({ seriesList: list, xFilesFactor }, context) => {
    context.setXFilesFactor(xFilesFactor);
    return list.map((series) =>
      withChanges(series, {
        xFilesFactor,
        tags: { ...series.tags, xFilesFactor: formatFloat(xFilesFactor) },
      }),
    );
  },
});
