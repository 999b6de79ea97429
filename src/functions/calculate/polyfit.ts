import { parseInterval } from "../../model/interval.ts";
import { renamed } from "../../model/time-series.ts";
import { checkDatapoints, checkRange } from "../checks.ts";
import { defineFunction } from "../define.ts";
import { integer, interval, seriesList, withDefault } from "../params.ts";
import { fitPolynomial } from "./least-squares.ts";

const MAX_DEGREE = 20;

export const polyfit = defineFunction({
  name: "polyfit",
  group: "Calculate",
  origin: "carbonapi",
  doc:
    "The polynomial of the given degree that fits the datapoints best, drawn on beyond them for " +
    "the time of the offset.",
  params: {
    seriesList,
    degree: withDefault(integer, 1),
    offset: withDefault(interval, "0d"),
  },
  evaluate: ({ seriesList: list, degree, offset }, { typed, maxDatapoints }) => {
    checkRange("degree", degree, 1, MAX_DEGREE);
    const seconds = parseInterval(offset);
    checkRange("offset", seconds, 0);
    const lengths = list.map(({ values, step }) => values.length + Math.floor(seconds / step));
    const datapoints = lengths.reduce((sum, length) => sum + length, 0);
    checkDatapoints(datapoints, maxDatapoints, "use a shorter offset");
    let suffix = "";
    if (typed.offset !== undefined) suffix = `,${degree},'${offset}'`;
    else if (typed.degree !== undefined) suffix = `,${degree}`;
    return list.map((series, i) => {
      const values = fitPolynomial(series.values, degree, lengths[i]!);
      const end = series.start + series.step * values.length;
      return renamed(series, `polyfit(${series.name}${suffix})`, { end, values });
    });
  },
});
