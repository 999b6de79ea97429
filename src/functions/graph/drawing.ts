import { formatGeneral } from "../../model/python-number.ts";
import { drawn, type TimeSeries, withChanges } from "../../model/time-series.ts";
import { defineFunction } from "../define.ts";
import { float, integerOrFraction, orText, seriesList, string, withDefault } from "../params.ts";

export const alpha = defineFunction({
  name: "alpha",
  group: "Graph",
  doc: "How opaque the series is in pictures: 0 to 1.",
  params: { seriesList, alpha: orText(float) },
  evaluate: ({ seriesList: list, alpha: opacity }) =>
    typeof opacity === "number" ? list.map((series) => drawn(series, { alpha: opacity })) : list,
});

export const color = defineFunction({
  name: "color",
  group: "Graph",
  doc: "The colour of the series in pictures: a name, or hexadecimal digits.",
  params: { seriesList, theColor: string },
  evaluate: ({ seriesList: list, theColor }) =>
    list.map((series) => drawn(series, { color: theColor })),
});

export const dashed = defineFunction({
  name: "dashed",
  group: "Graph",
  doc: "Draws the series with dashes of a length.",
  params: { seriesList, dashLength: withDefault(integerOrFraction, 5) },
  evaluate: ({ seriesList: list, dashLength }) =>
    list.map((series) => {
      const name = `dashed(${series.name}, ${formatGeneral(dashLength)})`;
      return drawn(named(series, name, { dashed: String(dashLength) }), { dashed: dashLength });
    }),
});

export const drawAsInfinite = defineFunction({
  name: "drawAsInfinite",
  group: "Graph",
  doc: "Draws a bar from top to bottom where the value is above 0.",
  params: { seriesList },
  evaluate: ({ seriesList: list }) =>
    list.map((series) => {
      const name = `drawAsInfinite(${series.name})`;
      return drawn(named(series, name, { drawAsInfinite: "1" }), { drawAsInfinite: true });
    }),
});

export const lineWidth = defineFunction({
  name: "lineWidth",
  group: "Graph",
  doc: "The width of the line in pictures.",
  params: { seriesList, width: orText(float) },
  evaluate: ({ seriesList: list, width }) =>
    typeof width === "number" ? list.map((series) => drawn(series, { lineWidth: width })) : list,
});

export const secondYAxis = defineFunction({
  name: "secondYAxis",
  group: "Graph",
  doc: "Draws the series by an axis of its own on the right.",
  params: { seriesList },
  evaluate: ({ seriesList: list }) =>
    list.map((series) => {
      const name = `secondYAxis(${series.name})`;
      return drawn(named(series, name, { secondYAxis: "1" }), { secondYAxis: true });
    }),
});

function named(series: TimeSeries, name: string, tags: Record<string, string>): TimeSeries {
  return withChanges(series, { name, tags: { ...series.tags, ...tags } });
}
