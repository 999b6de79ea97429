import { isKnownEnough } from "../../model/aggregate.ts";
import { countKnown } from "../../model/values.ts";
import { defineFunction } from "../define.ts";
import { float, optional, seriesList } from "../params.ts";

export const removeEmptySeries = defineFunction({
  name: "removeEmptySeries",
  group: "Filter Series",
  doc: "Leaves out the series without values, or with fewer of them than a share of xFilesFactor.",
  params: { seriesList, xFilesFactor: optional(float) },
  evaluate: ({ seriesList: list, xFilesFactor }, context) =>
    list.filter(({ values }) =>
      isKnownEnough(countKnown(values), values.length, xFilesFactor ?? context.xFilesFactor),
    ),
});
