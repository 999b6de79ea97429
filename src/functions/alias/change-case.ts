import { withChanges } from "../../model/time-series.ts";
import { defineFunction, type GraphiteFunction } from "../define.ts";
import { anyNumberOf, integer, seriesList } from "../params.ts";

/** Unlike Graphite's `lower` and `upper`, these change the tag `name` as well. */
function changeCase(name: string, doc: string, change: (text: string) => string): GraphiteFunction {
  return defineFunction({
    name,
    group: "Alias",
    origin: "carbonapi",
    doc: `${doc} in names, or only those at the positions, counted from 0.`,
    params: { seriesList, pos: anyNumberOf(integer) },
    evaluate: ({ seriesList: list, pos }) => {
      const positions = new Set(pos);
      const changed = (text: string): string => {
        if (positions.size === 0) return change(text);
        return [...text].map((char, i) => (positions.has(i) ? change(char) : char)).join("");
      };
      return list.map((series) =>
        withChanges(series, {
          name: changed(series.name),
          tags: { ...series.tags, name: changed(series.tags.name ?? "") },
        }),
      );
    },
  });
}

export const toLowerCase = changeCase("toLowerCase", "Small letters", (text) => text.toLowerCase());
export const toUpperCase = changeCase("toUpperCase", "Capital letters", (text) =>
  text.toUpperCase(),
);
