import { canonicalName, tagsOf } from "../../model/series-name.ts";
import { renamed, type TimeSeries } from "../../model/time-series.ts";
import { defineFunction } from "../define.ts";
import { groupBy } from "../nodes.ts";
import { aggOrSeriesFunc, many, seriesList, tag } from "../params.ts";
import { callOnGroup } from "./group-by.ts";

export const groupByTags = defineFunction({
  name: "groupByTags",
  group: "Combine",
  doc: "Groups the series by the values of tags and aggregates each group.",
  params: { seriesList, callback: aggOrSeriesFunc, tags: many(tag) },
  evaluate: ({ seriesList: list, callback, tags }, context) => {
    if (list.length === 0) return [];
    const names = new Set(list.map((series) => series.tags.name ?? ""));
    const common = names.size === 1 ? [...names][0]! : callback;
    const wanted = tags.filter((name) => name !== "name").sort();
    const nameIsKey = tags.includes("name");
    const nameOf = (series: TimeSeries): string => {
      const name = nameIsKey ? (series.tags.name ?? "") : common;
      return name + wanted.map((key) => `;${key}=${series.tags[key] ?? ""}`).join("");
    };
    const result: TimeSeries[] = [];
    for (const [name, members] of groupBy(list, nameOf)) {
      const joined = callOnGroup(members, callback, context);
      if (joined === undefined) continue;
      const canonical = canonicalName(name);
      result.push(renamed(joined, name, { tags: tagsOf(canonical.ok ? canonical.name : name) }));
    }
    return result;
  },
});
