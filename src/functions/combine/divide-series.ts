import { GraphiteError } from "../../model/errors.ts";
import { renamed } from "../../model/time-series.ts";
import { valueAt } from "../../model/values.ts";
import { defineFunction } from "../define.ts";
import { normalize } from "../normalize.ts";
import { series, seriesList } from "../params.ts";

export const divideSeries = defineFunction({
  name: "divideSeries",
  group: "Combine",
  doc: "Divides each series by one divisor, step by step; a division by zero is a gap.",
  params: { dividendSeriesList: seriesList, divisorSeries: series },
  evaluate: ({ dividendSeriesList, divisorSeries }, { xFilesFactor }) => {
    const [divisor, ...others] = divisorSeries;
    if (others.length > 0) {
      throw new GraphiteError(
        "ERR_ARGUMENT",
        "divideSeries takes one divisor: this one matches several series",
      );
    }
    return dividendSeriesList.map((dividend) => {
      if (divisor === undefined) {
        const values = new Float64Array(dividend.values.length).fill(Number.NaN);
        const name = `divideSeries(${dividend.name},MISSING)`;
        return renamed(dividend, name, { values });
      }
      const {
        series: both,
        start,
        end,
        step,
        length,
      } = normalize([dividend, divisor], xFilesFactor);
      const values = new Float64Array(length);
      for (let i = 0; i < length; i++) {
        const by = valueAt(both[1]!.values, i);
        values[i] = by === 0 ? Number.NaN : valueAt(both[0]!.values, i) / by;
      }
      const name = `divideSeries(${dividend.name},${divisor.name})`;
      return renamed(dividend, name, {
        start,
        end,
        step,
        values,
        consolidation: "average",
        xFilesFactor: null,
        tags: { name },
      });
    });
  },
});
