import { type TimeSeries, withChanges } from "../../model/time-series.ts";
import { checkRange } from "../checks.ts";
import { defineFunction } from "../define.ts";
import { node, optional, seriesList } from "../params.ts";

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export const aliasByBase64 = defineFunction({
  name: "aliasByBase64",
  group: "Alias",
  origin: "carbonapi",
  doc: "Decodes names from Base64: the whole name, or one node of it, counted from 1.",
  params: { seriesList, node: optional(node) },
  evaluate: ({ seriesList: list, node: number }) => {
    if (number !== undefined) checkRange("node", number, 1);
    return list.map((series) => decodedSeries(series, number));
  },
});

function decodedSeries(series: TimeSeries, number: number | undefined): TimeSeries {
  const parts = number === undefined ? [series.name] : series.name.split(".");
  const at = (number ?? 1) - 1;
  const text = decoded(parts[at] ?? "");
  if (text === null) return series;
  parts[at] = text;
  const name = parts.join(".");
  return withChanges(series, { name, tags: { ...series.tags, name } });
}

/** Null for what is not the Base64 of a text. */
function decoded(text: string): string | null {
  if (text === "" || !BASE64.test(text)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(text, "base64"));
  } catch {
    return null;
  }
}
