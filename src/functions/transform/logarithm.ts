import { GraphiteError } from "../../model/errors.ts";
import { renamed } from "../../model/time-series.ts";
import { mapKnown } from "../../model/values.ts";
import { checkRange } from "../checks.ts";
import { defineFunction } from "../define.ts";
import { float, seriesList, withDefault } from "../params.ts";

export const logarithm = defineFunction({
  name: "logarithm",
  group: "Transform",
  origin: "carbonapi",
  doc: "The logarithm of every datapoint; a gap where there is none.",
  params: { seriesList, base: withDefault(float, 10) },
  evaluate: ({ seriesList: list, base }, { typed }) => {
    checkRange("base", base, 0);
    if (base === 0 || base === 1) {
      throw new GraphiteError("ERR_ARGUMENT", `there is no logarithm to the base ${base}`);
    }
    const suffix = typed.base === undefined ? "" : `,${base}`;
    return list.map((series) =>
      renamed(
        series,
        `logarithm(${series.name}${suffix})`,
        { values: mapKnown(series.values, logarithmTo(base)) },
        { log: String(base) },
      ),
    );
  },
});

/** Exact for powers of ten and of two. */
function logarithmTo(base: number): (value: number) => number {
  const scale = base === 10 ? Math.log10 : base === 2 ? Math.log2 : null;
  const divisor = Math.log(base);
  return (value) => {
    if (value <= 0) return Number.NaN;
    return scale === null ? Math.log(value) / divisor : scale(value);
  };
}
