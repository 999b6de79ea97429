import { roundTo } from "../../model/python-number.ts";
import { renamed } from "../../model/time-series.ts";
import { mapKnown } from "../../model/values.ts";
import { defineFunction } from "../define.ts";
import { integer, seriesList, withDefault } from "../params.ts";

export const round = defineFunction({
  name: "round",
  group: "Transform",
  doc: "Rounds every datapoint to a number of decimals, negative ones to tens, hundreds and so on.",
  params: { seriesList, precision: withDefault(integer, 0) },
  evaluate: ({ seriesList: list, precision }, { typed }) => {
    const suffix = typed.precision === undefined ? "" : `,${precision}`;
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
