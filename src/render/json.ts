import type { TimeSeries } from "../model/time-series.ts";
import { NumberWriter } from "./number-writer.ts";

/**
 * `[{"target": ..., "tags": {...}, "datapoints": [[value, seconds], ...]}, ...]`, written straight
 * into bytes. Gaps and infinities are null: Grafana's reader refuses anything else.
 */
export function writeJson(list: readonly TimeSeries[], noNullPoints: boolean): Uint8Array {
  const out = new NumberWriter();
  out.text("[");
  let isFirst = true;
  for (const series of list) {
    const { values, start, step } = series;
    if (noNullPoints && !values.some((value) => Number.isFinite(value))) continue;
    if (!isFirst) out.text(",");
    isFirst = false;
    out.text(
      `{"target":${JSON.stringify(series.name)},"tags":${JSON.stringify(series.tags)},"datapoints":[`,
    );
    let hasPoint = false;
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (noNullPoints && !Number.isFinite(value)) continue;
      out.point(value, start + i * step, hasPoint);
      hasPoint = true;
    }
    out.text("]}");
  }
  out.text("]");
  return out.finish();
}
