import { GraphiteError } from "../../model/errors.ts";
import { renamed } from "../../model/time-series.ts";
import { onlyOne } from "../checks.ts";
import { defineFunction } from "../define.ts";
import { series, seriesList } from "../params.ts";

export const integralWithReset = defineFunction({
  name: "integralWithReset",
  group: "Transform",
  origin: "carbonapi",
  doc: "The running sum of the datapoints, which is 0 again wherever the second series is not.",
  params: { seriesList, resettingSeries: series },
  evaluate: ({ seriesList: list, resettingSeries }) => {
    const reset = onlyOne("resettingSeries", resettingSeries);
    if (reset === undefined) return [];
    return list.map((one) => {
      if (one.step !== reset.step || one.values.length !== reset.values.length) {
        const message = `${one.name} and ${reset.name} must have the same step and as many points`;
        throw new GraphiteError("ERR_EVALUATION", message);
      }
      const values = sumUntilReset(one.values, reset.values);
      return renamed(one, `integralWithReset(${one.name},${reset.name})`, { values });
    });
  },
});

/** The value at a reset is not added, and a gap stays one. */
function sumUntilReset(values: Float64Array, resets: Float64Array): Float64Array {
  const result = new Float64Array(values.length);
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const reset = resets[i]!;
    if (reset !== 0 && !Number.isNaN(reset)) total = 0;
    else if (!Number.isNaN(value)) total += value;
    result[i] = Number.isNaN(value) ? value : total;
  }
  return result;
}
