import { defineFunction } from "../define.ts";
import { seriesLists } from "../params.ts";

export const unique = defineFunction({
  name: "unique",
  group: "Filter Series",
  doc: "The first series of every name.",
  params: { seriesLists },
  evaluate: ({ seriesLists: list }) => {
    const seen = new Set<string>();
    return list.filter(({ name }) => {
      const isNew = !seen.has(name);
      seen.add(name);
      return isNew;
    });
  },
});
