import type { TimeSeries } from "../../model/time-series.ts";
import type { Format } from "./format.ts";
import { LocalTimes } from "./local-times.ts";
import { NumberWriter } from "./number-writer.ts";

/** A line `name,2023-11-15 02:01:00,value` per datapoint, times in the request's zone; a gap is empty. */
export const csv: Format = {
  contentType: "text/csv; charset=utf-8",
  isJson: false,
  write: (list, { timeZone }) => writeCsv(list, new LocalTimes(timeZone)),
};

function writeCsv(list: readonly TimeSeries[], times: LocalTimes): Uint8Array {
  const out = new NumberWriter();
  for (const { name, values, start, step } of list) {
    const field = Buffer.from(`${quoted(name)},`);
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      out.raw(field);
      out.text(times.textOf(start + i * step));
      out.text(",");
      if (!Number.isNaN(value)) out.pythonFloat(value);
      out.text("\r\n");
    }
  }
  return out.finish();
}

function quoted(text: string): string {
  return /[,"\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
