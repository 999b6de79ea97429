import type { TimeSeries } from "../../model/time-series.ts";
import { asciiJson } from "../ascii-json.ts";
import type { Format } from "./format.ts";
import { NumberWriter } from "./number-writer.ts";

/**
 * `[{"target": ..., "tags": {...}, "datapoints": [[value, seconds], ...]}, ...]`, written straight
 * into bytes. Gaps and infinities are null: Grafana's reader refuses anything else.
 */
export const json: Format = {
  contentType: "application/json",
  isJson: true,
  write: (list, { noNullPoints }) => writeJson(list, noNullPoints),
};

/** `[`, 17 digits, `,1700000000],`, and some for a name and tags. */
const POINT_BYTES = 32;
const SERIES_BYTES = 512;

function writeJson(list: readonly TimeSeries[], noNullPoints: boolean): Uint8Array {
  const datapoints = list.reduce((sum, { values }) => sum + values.length, 0);
  const out = new NumberWriter(datapoints * POINT_BYTES + list.length * SERIES_BYTES);
  out.text("[");
  let isFirst = true;
  for (const series of list) {
    const { values, start, step } = series;
    if (noNullPoints && !values.some((value) => Number.isFinite(value))) continue;
    if (!isFirst) out.text(",");
    isFirst = false;
    out.text(`{"target":${asciiJson(series.name)},"tags":${asciiJson(series.tags)},"datapoints":`);
    out.points(values, start, step, noNullPoints);
    out.text("}");
  }
  out.text("]");
  return out.finish();
}
