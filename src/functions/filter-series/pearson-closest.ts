import { GraphiteError } from "../../model/errors.ts";
import { correlation } from "../calculate/correlation.ts";
import { checkRange, onlyOne } from "../checks.ts";
import { defineFunction } from "../define.ts";
import { integer, series, seriesList, string, suggesting, withDefault } from "../params.ts";

/** What is good about a correlation, by direction. */
const SCORES = new Map<string, (correlation: number) => number>([
  ["abs", Math.abs],
  ["pos", (value) => value],
  ["neg", (value) => -value],
]);

export const pearsonClosest = defineFunction({
  name: "pearsonClosest",
  group: "Filter Series",
  origin: "carbonapi",
  doc:
    "The n series that correlate best with the reference: in either direction (abs), growing " +
    "with it (pos) or against it (neg).",
  params: {
    reference: series,
    seriesList,
    n: integer,
    direction: withDefault(suggesting(string, ...SCORES.keys()), "abs"),
  },
  evaluate: ({ reference, seriesList: list, n, direction }) => {
    checkRange("n", n, 0);
    const scoreOf = SCORES.get(direction);
    if (scoreOf === undefined) {
      const message = `direction must be abs, pos or neg, not ${direction}`;
      throw new GraphiteError("ERR_ARGUMENT", message);
    }
    const values = onlyOne("reference", reference)?.values;
    if (values === undefined) return [];
    return list
      .filter((one) => one.values.length === values.length)
      .map((one) => ({ one, score: scoreOf(correlation(values, one.values, 0, values.length)) }))
      .filter(({ score }) => !Number.isNaN(score))
      .sort((a, b) => b.score - a.score)
      .slice(0, n)
      .map(({ one }) => one);
  },
});
