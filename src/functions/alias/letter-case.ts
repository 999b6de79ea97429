import { withChanges } from "../../model/time-series.ts";
import { defineFunction, type GraphiteFunction } from "../define.ts";
import { anyNumberOf, integer, seriesList } from "../params.ts";

export const lower = letterCase("lower", "small", (text) => text.toLowerCase());
export const upper = letterCase("upper", "capital", (text) => text.toUpperCase());

function letterCase(
  name: string,
  letters: string,
  change: (text: string) => string,
): GraphiteFunction {
  return defineFunction({
    name,
    group: "Alias",
    doc: `Writes the names in ${letters} letters, or only the letters at some places; negative places count from the end.`,
    params: { seriesList, pos: anyNumberOf(integer) },
    evaluate: ({ seriesList: list, pos }) =>
      list.map((series) => {
        if (pos.length === 0) return withChanges(series, { name: change(series.name) });
        const characters = [...series.name];
        for (const place of pos) {
          const i = place < 0 ? characters.length + place : place;
          const character = characters[i];
          if (character !== undefined) characters[i] = change(character);
        }
        return withChanges(series, { name: characters.join("") });
      }),
  });
}
