import test from "ava";
import fc from "fast-check";
import { NumberWriter } from "../../src/render/formats/number-writer.ts";
import { property } from "../property.ts";

/** What JavaScript prints; null for what JSON cannot say. */
function naive(values: readonly number[], start: number, step: number, leavesOut: boolean): string {
  const points = values.flatMap((value, i) => {
    if (leavesOut && !Number.isFinite(value)) return [];
    return [
      `[${Number.isFinite(value) ? (Object.is(value, -0) ? "0" : String(value)) : "null"},${start + i * step}]`,
    ];
  });
  return `[${points.join(",")}]`;
}

const value = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.integer({ min: -(10 ** 9), max: 10 ** 9 }).map((n) => n / 100),
  fc.tuple(fc.integer(), fc.integer({ min: 0, max: 12 })).map(([n, e]) => n / 10 ** e),
  fc.constantFrom(
    0,
    -0,
    0.1,
    0.10000000000000002,
    1e21,
    1e-7,
    2 ** 31,
    2 ** 31 - 0.5,
    1e15,
    99.99,
    1000,
  ),
);

test("numbers are printed as JavaScript prints them, whatever came before", (t) => {
  const grid = fc.oneof(
    fc.record({
      start: fc.integer({ min: 1e9, max: 4e9 }),
      step: fc.integer({ min: 1, max: 1e5 }),
    }),
    fc.record({
      start: fc.integer({ min: -1000, max: 2e10 }),
      step: fc.constantFrom(1, 60, 86_400),
    }),
  );
  property(
    t,
    [fc.array(fc.tuple(fc.array(value, { maxLength: 50 }), grid, fc.boolean()), { maxLength: 5 })],
    (lists) => {
      const out = new NumberWriter();
      const expected = lists.map(([values, { start, step }, leavesOut]) => {
        out.points(Float64Array.from(values), start, step, leavesOut);
        return naive(values, start, step, leavesOut);
      });
      return Buffer.from(out.finish()).toString() === expected.join("");
    },
    { numRuns: 3000 },
  );
});
