import type { TimeSeries } from "../../model/time-series.ts";
import type { Format } from "./format.ts";
import { NumberWriter } from "./number-writer.ts";

/** A line `name,start,end,step|value,value` per series, as Python prints numbers; a gap is None. */
export const raw: Format = {
  contentType: "text/plain; charset=utf-8",
  isJson: false,
  write: (list) => writeRaw(list),
};

function writeRaw(list: readonly TimeSeries[]): Uint8Array {
  const out = new NumberWriter();
  for (const { name, start, end, step, values } of list) {
    out.text(`${name},${start},${end},${step}|`);
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (i > 0) out.text(",");
      if (Number.isNaN(value)) out.text("None");
      else out.pythonFloat(value);
    }
    out.text("\n");
  }
  return out.finish();
}
