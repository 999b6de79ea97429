import { defineFunction } from "../define.ts";
import { seriesList } from "../params.ts";
import { marked } from "./is-non-null.ts";

export const isNotNull = defineFunction({
  name: "isNotNull",
  group: "Transform",
  origin: "carbonapi",
  doc: "One where there is a value, zero in gaps; a second name of isNonNull.",
  params: { seriesList },
  evaluate: ({ seriesList: list }) => list.map(marked),
});
