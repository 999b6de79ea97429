import { formatFloat, formatGeneral } from "../../model/python-number.ts";
import { renamed } from "../../model/time-series.ts";
import { mapKnown } from "../../model/values.ts";
import { defineFunction } from "../define.ts";
import { float, seriesList } from "../params.ts";

export const scale = defineFunction({
  name: "scale",
  group: "Transform",
  doc: "Multiplies every datapoint by a constant.",
  params: { seriesList, factor: float },
  evaluate: ({ seriesList: list, factor }) => {
    // Dashboards match on names, so the factor must read as Python's %g prints it.
    const suffix = formatGeneral(factor);
    return list.map((series) =>
      renamed(
        series,
        `scale(${series.name},${suffix})`,
        {
          values: mapKnown(series.values, (value) => value * factor),
        },
        { scale: formatFloat(factor) },
      ),
    );
  },
});
