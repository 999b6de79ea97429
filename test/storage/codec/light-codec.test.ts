import { createHash } from "node:crypto";
import test from "ava";
import { ByteWriter } from "../../../src/storage/codec/bytes.ts";
import { decodeColumn, encodeColumn } from "../../../src/storage/codec/column-codec.ts";
import { columnOf, KINDS } from "./columns.ts";

test("the light encoding writes the same bytes as in the first files", (t) => {
  const hash = createHash("sha256");
  const out = new ByteWriter();
  for (const kind of Object.keys(KINDS)) {
    for (const length of [1, 2, 3, 60, 61, 600, 5000]) {
      const values = columnOf(kind, length, length);
      out.at = 0;
      encodeColumn(values, length, out);
      hash.update(out.bytes.subarray(0, out.at));
    }
  }
  t.is(hash.digest("hex"), "f79f9c23048697ac740ed166321560ba4490e58417f03a679f7f9a9c70ea30d0");
});

test("second differences too wide for the packing are written some other way", (t) => {
  const far = 2 ** 50;
  const ramp = (length: number, step: number) => Array.from({ length }, (_, i) => i * step);
  // The last residual stands alone in its miniblock: a minimum of 2^52, which no varint takes.
  // In the second column a miniblock spans from -2^52 to 2^52: a width of 54 bits.
  for (const column of [
    [...ramp(64, 1e9), far, -far, far],
    [...ramp(500, 1e9), far, -far, far, -far, far, -far],
  ]) {
    const values = Float64Array.from(column);
    const out = new ByteWriter();
    encodeColumn(values, values.length, out);
    const decoded = new Float64Array(values.length);
    decodeColumn(out.bytes, 0, out.at, decoded, values.length);
    t.deepEqual(decoded, values);
  }
});
