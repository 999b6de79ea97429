import { readFileSync } from "node:fs";
import test from "ava";
import fc from "fast-check";
import { ByteWriter } from "../../../src/storage/codec/bytes.ts";
import {
  decodeColumn,
  encodeColumn,
  encodeColumnDense,
} from "../../../src/storage/codec/column-codec.ts";
import { encodeSplitWords } from "../../../src/storage/codec/split-words.ts";
import { encodeXor } from "../../../src/storage/codec/xor.ts";
import { property } from "../../property.ts";
import { columnOf, KINDS } from "./columns.ts";
import { readColumn } from "./reference-reader.ts";

const page = readFileSync("docs/formats/column-codec.md", "utf8");

/** The table under "Examples". */
function examples(): { bytes: Uint8Array; values: number[] }[] {
  const rows = page.slice(page.indexOf("## Examples")).matchAll(/^\| `([0-9a-f ]+)` \| (.+) \|$/gm);
  return [...rows].map(([, hex, list]) => ({
    bytes: Uint8Array.from(Buffer.from(hex!.replaceAll(" ", ""), "hex")),
    values: list!.split(", ").map(Number),
  }));
}

function sameBits(a: Float64Array, b: Float64Array): boolean {
  return Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer));
}

test("the examples of the page say what they say, to both readers", (t) => {
  t.true(examples().length > 10);
  for (const { bytes, values } of examples()) {
    const decoded = new Float64Array(values.length);
    decodeColumn(bytes, 0, bytes.length, decoded, values.length);
    t.deepEqual([...decoded], values);
    t.deepEqual([...readColumn(bytes, values.length)], values);
  }
});

test("a reader made from the page alone reads every column", (t) => {
  const out = new ByteWriter();
  const modes = {
    light: encodeColumn,
    dense: encodeColumnDense,
    xor: (values: Float64Array, count: number) => {
      out.byte(0x40);
      encodeXor(values, count, out);
    },
    splitWords: (values: Float64Array, count: number) => {
      out.byte(0x50);
      encodeSplitWords(values, count, out);
    },
  };
  property(
    t,
    [
      fc.constantFrom(...Object.keys(KINDS)),
      fc.nat(1_000_000),
      fc.integer({ min: 1, max: 300 }),
      fc.constantFrom(...Object.values(modes)),
    ],
    (kind, seed, length, encode) => {
      const values = columnOf(kind, seed, length);
      out.at = 0;
      encode(values, length, out);
      return sameBits(readColumn(out.bytes.slice(0, out.at), length), values);
    },
    { numRuns: 3000 },
  );
});
