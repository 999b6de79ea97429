import { renamed } from "../../model/time-series.ts";
import { checkRange } from "../checks.ts";
import { defineFunction } from "../define.ts";
import { float, seriesList } from "../params.ts";

export const lowPass = defineFunction({
  name: "lowPass",
  aliases: ["lpf"],
  group: "Transform",
  origin: "carbonapi",
  doc: "Keeps the given percentage of a spectrum, half of it at either end where the low frequencies are.",
  params: { seriesList, percent: float },
  evaluate: ({ seriesList: list, percent }) => {
    checkRange("percent", percent, 0, 100);
    return list.map((series) => {
      const { length } = series.values;
      const kept = Math.floor((percent / 200) * length);
      const values = series.values.slice().fill(Number.NaN, kept, length - kept);
      return renamed(series, `lowPass(${series.name},${percent})`, { values });
    });
  },
});
