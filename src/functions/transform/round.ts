import { roundTo } from "../../model/python-number.ts";
import { renamed } from "../../model/time-series.ts";
import { mapKnown } from "../../model/values.ts";
import { defineFunction } from "../define.ts";
import { integer, optional, publishedAs, seriesList } from "../params.ts";

export const round = defineFunction({
  name: "round",
  group: "Transform",
  doc: "Rounds every datapoint to a number of decimals, negative ones to tens, hundreds and so on.",
  params: { seriesList, precision: publishedAs({ default: 0 }, optional(integer)) },
  evaluate: ({ seriesList: list, precision: given }) => {
    const suffix = given === undefined ? "" : `,${given}`;
    const precision = given ?? 0;
    return list.map((series) =>
      renamed(
        series,
        `round(${series.name}${suffix})`,
        { values: mapKnown(series.values, (value) => roundTo(value, precision)) },
        { round: String(precision) },
      ),
    );
  },
});
