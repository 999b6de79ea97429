import type { TimeSeries } from "../../model/time-series.ts";
import { asciiJson } from "../ascii-json.ts";
import type { Format } from "./format.ts";
import { NumberWriter } from "./number-writer.ts";

/**
 * What the library dygraphs draws: `{"labels" : ["Time", name, ...], "data" : [[ms, value, ...], ...]}`,
 * a row for every time that any series has, so that series of different steps stand at their times.
 * Infinities are bare words, which JavaScript reads and JSON does not.
 */
export const dygraph: Format = {
  contentType: "application/json",
  isJson: true,
  write: (list) => writeDygraph(list),
};

function writeDygraph(list: readonly TimeSeries[]): Uint8Array {
  const out = new NumberWriter();
  if (list.length === 0) {
    out.text("{}");
    return out.finish();
  }
  const labels = ["Time", ...list.map((series) => series.name)];
  out.text(`{"labels" : ${asciiJson(labels)}, "data" : [`);
  const times = timesOf(list);
  /** The next point of each series. */
  const next = new Uint32Array(list.length);
  for (let row = 0; row < times.length; row++) {
    const time = times[row]!;
    out.text(row > 0 ? ", [" : "[");
    out.number(time * 1000);
    for (let i = 0; i < list.length; i++) {
      const { start, step, values } = list[i]!;
      const point = next[i]!;
      out.text(", ");
      if (point >= values.length || start + point * step !== time) {
        out.text("null");
        continue;
      }
      next[i] = point + 1;
      const value = values[point]!;
      if (Math.abs(value) === Number.POSITIVE_INFINITY) out.text(String(value));
      else out.number(value);
    }
    out.text("]");
  }
  out.text("]}");
  return out.finish();
}

/** Every time at which some series has a point, ascending. */
function timesOf(list: readonly TimeSeries[]): Float64Array {
  const grids = new Map(
    list.map((one) => [`${one.start} ${one.step} ${one.values.length}`, one] as const),
  );
  let count = 0;
  for (const { values } of grids.values()) count += values.length;
  const times = new Float64Array(count);
  let at = 0;
  for (const { start, step, values } of grids.values()) {
    for (let i = 0; i < values.length; i++) times[at++] = start + i * step;
  }
  if (grids.size === 1) return times;
  times.sort();
  let distinct = 0;
  for (let i = 0; i < count; i++) {
    if (i === 0 || times[i] !== times[i - 1]) times[distinct++] = times[i]!;
  }
  return times.subarray(0, distinct);
}
