import { isKnownEnough } from "../../model/aggregate.ts";
import { countKnown } from "../../model/values.ts";
import { defineFunction } from "../define.ts";
import { float, seriesList, withDefault } from "../params.ts";

export const removeEmptySeries = defineFunction({
  name: "removeEmptySeries",
  group: "Filter Series",
  doc: "Leaves out the series without values, or with fewer of them than a share of xFilesFactor.",
  params: { seriesList, xFilesFactor: withDefault(float, 0) },
  evaluate: ({ seriesList: list, xFilesFactor }) =>
    list.filter(({ values }) => isKnownEnough(countKnown(values), values.length, xFilesFactor)),
});
