import { defineFunction } from "../define.ts";
import { many, string } from "../params.ts";

export const seriesByTag = defineFunction({
  name: "seriesByTag",
  group: "Special",
  doc: "The series that satisfy all tag expressions: tag=value, tag!=value, tag=~regex, tag!=~regex.",
  params: { tagExpressions: many(string) },
  evaluate: ({ tagExpressions }, { seriesByTag: find }) => find(tagExpressions),
});
