import { GraphiteError } from "../../model/errors.ts";
import { defineFunction } from "../define.ts";
import { seriesList, string, suggesting, withDefault } from "../params.ts";

export const join = defineFunction({
  name: "join",
  group: "Combine",
  origin: "carbonapi",
  doc:
    "Combines two lists by the names of their series: AND, those of the first that are in both; " +
    "OR, those in either; XOR, those in one only; SUB, those of the first that are not in the second.",
  params: {
    seriesA: seriesList,
    seriesB: seriesList,
    type: withDefault(suggesting(string, "AND", "OR", "XOR", "SUB"), "AND"),
  },
  evaluate: ({ seriesA, seriesB, type }) => {
    const namesOfA = new Set(seriesA.map((series) => series.name));
    const namesOfB = new Set(seriesB.map((series) => series.name));
    const onlyInA = seriesA.filter((series) => !namesOfB.has(series.name));
    const onlyInB = seriesB.filter((series) => !namesOfA.has(series.name));
    switch (type.toUpperCase()) {
      case "AND":
        return seriesA.filter((series) => namesOfB.has(series.name));
      case "OR":
        return [...seriesA, ...onlyInB];
      case "XOR":
        return [...onlyInA, ...onlyInB];
      case "SUB":
        return onlyInA;
      default:
        throw new GraphiteError("ERR_ARGUMENT", `type must be AND, OR, XOR or SUB, not ${type}`);
    }
  },
});
