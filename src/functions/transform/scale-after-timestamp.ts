import { formatFloat } from "../../model/python-number.ts";
import { renamed } from "../../model/time-series.ts";
import { defineFunction } from "../define.ts";
import { float, integer, seriesList } from "../params.ts";

export const scaleAfterTimestamp = defineFunction({
  name: "scaleAfterTimestamp",
  group: "Transform",
  origin: "carbonapi",
  doc: "Multiplies the datapoints from a moment on, in seconds since the epoch, by a constant.",
  params: { seriesList, factor: float, timestamp: integer },
  evaluate: ({ seriesList: list, factor, timestamp }) =>
    list.map((series) => {
      const values = series.values.slice();
      const first = Math.max(0, Math.ceil((timestamp - series.start) / series.step));
      for (let i = first; i < values.length; i++) values[i] = values[i]! * factor;
      const name = `scale(${series.name},${factor},${timestamp})`;
      return renamed(series, name, { values }, { scale: formatFloat(factor) });
    }),
});
