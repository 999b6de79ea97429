import { defineFunction } from "../define.ts";
import { madeSeries } from "../made-series.ts";
import { many, string } from "../params.ts";

export const events = defineFunction({
  name: "events",
  group: "Special",
  doc: "How many events that have all these tags there were in each second; * is all events.",
  params: { tags: many(string) },
  evaluate: ({ tags }, context) => {
    const name = `events(${tags.map((tag) => `"${tag}"`).join(", ")})`;
    const isAll = tags.length === 1 && tags[0] === "*";
    const { window } = context;
    const series = madeSeries(name, 1, context, () => Number.NaN);
    for (const time of context.events(isAll ? [] : tags, window)) {
      const second = Math.floor(time - window.from);
      if (second < 0 || second >= series.values.length) continue;
      const before = series.values[second]!;
      series.values[second] = (Number.isNaN(before) ? 0 : before) + 1;
    }
    return [{ ...series, consolidation: "sum" }];
  },
});
