import type { TimeSeries } from "../../model/time-series.ts";
import { asciiJson } from "../ascii-json.ts";
import type { Format } from "./format.ts";
import { NumberWriter } from "./number-writer.ts";

/** What the library Rickshaw draws: `[{"target": ..., "datapoints": [{"x": seconds, "y": value}, ...]}, ...]`. */
export const rickshaw: Format = {
  contentType: "application/json",
  isJson: true,
  write: (list) => writeRickshaw(list),
};

function writeRickshaw(list: readonly TimeSeries[]): Uint8Array {
  const out = new NumberWriter();
  out.text("[");
  list.forEach(({ name, start, end, step, values }, at) => {
    if (at > 0) out.text(",");
    out.text(`{"target":${asciiJson(name)},"datapoints":[`);
    for (let i = 0; i < values.length; i++) {
      const time = start + i * step;
      // A point at the very end belongs to the next range, as in Graphite.
      if (time >= end) break;
      out.text(i > 0 ? ',{"x":' : '{"x":');
      out.number(time);
      out.text(',"y":');
      out.number(values[i]!);
      out.text("}");
    }
    out.text("]}");
  });
  out.text("]");
  return out.finish();
}
