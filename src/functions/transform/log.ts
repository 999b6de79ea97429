import { GraphiteError } from "../../model/errors.ts";
import { renamed } from "../../model/time-series.ts";
import { mapKnown } from "../../model/values.ts";
import { defineFunction } from "../define.ts";
import { integerOrFraction, seriesList, withDefault } from "../params.ts";

export const log = defineFunction({
  name: "log",
  group: "Transform",
  doc: "The logarithm of every datapoint; a gap for 0 and below.",
  params: { seriesList, base: withDefault(integerOrFraction, 10) },
  evaluate: ({ seriesList: list, base }) => {
    if (!(base > 0) || base === 1) {
      throw new GraphiteError("ERR_ARGUMENT", `there is no logarithm to the base ${base}`);
    }
    const divisor = Math.log(base);
    return list.map((series) =>
      renamed(
        series,
        `log(${series.name}, ${base})`,
        {
          values: mapKnown(series.values, (value) =>
            value > 0 ? Math.log(value) / divisor : Number.NaN,
          ),
        },
        { log: String(base) },
      ),
    );
  },
});
