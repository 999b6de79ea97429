import { deflateRawSync } from "node:zlib";
import test from "ava";
import fc from "fast-check";
import { ByteWriter, StatFileError } from "../../../src/storage/codec/bytes.ts";
import {
  decodeColumn,
  encodeColumn,
  encodeColumnDense,
} from "../../../src/storage/codec/column-codec.ts";
import {
  DECIMAL,
  DEFLATE,
  DICTIONARY,
  NEAR_DECIMAL,
  PACKED,
  RAW,
  SPLIT_WORDS,
  XOR,
} from "../../../src/storage/codec/modes.ts";
import { property } from "../../property.ts";
import { columnOf, KINDS, randomOf } from "./columns.ts";

const ENCODERS = { light: encodeColumn, dense: encodeColumnDense };
const out = new ByteWriter(16);

function encoded(encoder: keyof typeof ENCODERS, values: Float64Array): Uint8Array {
  out.at = 0;
  ENCODERS[encoder](values, values.length, out);
  return out.bytes.slice(0, out.at);
}

function dense(values: ArrayLike<number>): Uint8Array {
  return encoded("dense", Float64Array.from(values));
}

/** Decodes from the middle of a buffer: neither end of it may matter. */
function decoded(bytes: Uint8Array, count: number): Float64Array {
  const around = new Uint8Array(bytes.length + 40).fill(0xff);
  around.set(bytes, 20);
  const values = new Float64Array(count + 2).fill(-77);
  decodeColumn(around, 20, 20 + bytes.length, values, count);
  if (values[count] !== -77 || values[count + 1] !== -77) throw new Error("wrote too far");
  return values.subarray(0, count);
}

function areSameBits(a: Float64Array, b: Float64Array): boolean {
  return (
    a.length === b.length &&
    Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(
      Buffer.from(b.buffer, b.byteOffset, b.byteLength),
    )
  );
}

const kind = fc.constantFrom(...Object.keys(KINDS));
const seed = fc.nat(1_000_000);

for (const encoder of ["light", "dense"] as const) {
  test(`${encoder}: every bit of every double comes back`, (t) => {
    property(
      t,
      [fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 60 })],
      (list) => {
        const values = Float64Array.from(list);
        return areSameBits(decoded(encoded(encoder, values), values.length), values);
      },
      { numRuns: 3000 },
    );
  });

  test(`${encoder}: every bit of short columns of every kind comes back`, (t) => {
    property(
      t,
      [kind, seed, fc.integer({ min: 1, max: 400 })],
      (name, number, length) => {
        const values = columnOf(name, number, length);
        return areSameBits(decoded(encoded(encoder, values), length), values);
      },
      { numRuns: 4000 },
    );
  });

  test(`${encoder}: every bit of columns of up to 20,000 values comes back`, (t) => {
    for (const name of Object.keys(KINDS)) {
      for (const length of [720, 8640, 20_000]) {
        const values = columnOf(name, length, length);
        t.true(areSameBits(decoded(encoded(encoder, values), length), values), name);
      }
    }
  });

  test(`${encoder}: kinds one after the other in a column come back`, (t) => {
    property(
      t,
      [kind, kind, kind, seed, fc.integer({ min: 1, max: 300 })],
      (first, second, third, number, length) => {
        const values = Float64Array.from(
          [first, second, third].flatMap((name) => [...columnOf(name, number, length)]),
        );
        return areSameBits(decoded(encoded(encoder, values), values.length), values);
      },
      { numRuns: 1000 },
    );
  });

  test(`${encoder}: an empty column is written, and NaN stays NaN`, (t) => {
    t.is(decoded(encoded(encoder, new Float64Array(0)), 0).length, 0);
    for (const list of [[Number.NaN], [Number.NaN, 1, 2], [1.5, 2.5, Number.NaN, -0]]) {
      t.deepEqual([...decoded(encoded(encoder, Float64Array.from(list)), list.length)], list);
    }
  });
}

test("the dense encoding is never longer than the light one", (t) => {
  property(
    t,
    [kind, seed, fc.integer({ min: 1, max: 1000 })],
    (name, number, length) => {
      const values = columnOf(name, number, length);
      return encoded("dense", values).length <= encoded("light", values).length;
    },
    { numRuns: 1000 },
  );
});

test("a dense column does not depend on what was encoded before", (t) => {
  const values = columnOf("decimals off by a few ulps", 5, 700);
  const alone = dense(values);
  for (const name of Object.keys(KINDS)) {
    dense(columnOf(name, 1, 1500));
    t.deepEqual(dense(values), alone, name);
  }
});

test("each kind of data finds the mode that is made for it", (t) => {
  const random = randomOf(7);
  const mode = (length: number, value: (i: number) => number) =>
    dense(Array.from({ length }, (_, i) => value(i)))[0];
  t.is(
    mode(500, (i) => i * 3),
    DECIMAL,
  );
  t.is(
    mode(500, () => Math.round(random() * 1e5) / 100),
    DECIMAL | 2,
  );
  t.is(
    mode(500, (i) => (i % 9 === 0 ? 48.56800000000001 : 40 + Math.round(random() * 1e4) / 1000)),
    NEAR_DECIMAL | 3,
  );
  t.is(
    mode(500, (i) => [200, 301, 404, 500, 503][Math.floor(random() * 5)]! + (i & 0)),
    DICTIONARY,
  );
  t.is(
    mode(500, () => [Math.PI, Math.E, -0][Math.floor(random() * 3)]!),
    DICTIONARY,
  );
  t.is(
    mode(500, () => 1 + random() / 3 + random() * 2 ** -30),
    SPLIT_WORDS,
  );
  let held = 0;
  t.is(
    mode(500, () => {
      if (random() < 0.5) held = Math.sqrt(random());
      return held;
    }),
    XOR,
  );
  t.is(
    mode(500, () => Math.floor(random() * 3000) / 3),
    DEFLATE,
  );
  t.is(
    mode(5, () => random() * 2 ** (random() * 2000 - 1000) * (random() < 0.5 ? -1 : 1)),
    RAW,
  );
  t.is(
    mode(4, (i) => i * i * i + 10),
    PACKED,
  );
});

test("constants, ramps and rare changes take a few bytes", (t) => {
  t.true(dense(new Float64Array(8640).fill(42)).length <= 4);
  t.true(dense(new Float64Array(8640).fill(Math.PI)).length <= 9);
  t.true(dense(Float64Array.from({ length: 8640 }, (_, i) => 5000 + i * 60)).length <= 16);
  const steps = Float64Array.from({ length: 8640 }, (_, i) => Math.floor(i / 2000) * 7);
  t.true(dense(steps).length <= 30);
});

function decodes(bytes: Uint8Array, count: number): boolean {
  try {
    decoded(bytes, count);
    return true;
  } catch (error) {
    if (error instanceof StatFileError) return true;
    throw error;
  }
}

const ANY_MODE = fc.oneof(
  fc.constantFrom(
    0x00,
    0x02,
    0x0e,
    0x20,
    0x23,
    0x2e,
    XOR,
    SPLIT_WORDS,
    DICTIONARY,
    DEFLATE,
    PACKED,
  ),
  fc.nat(255),
);

test("random bytes give values or a StatFileError, whatever the mode", (t) => {
  property(
    t,
    [ANY_MODE, fc.uint8Array({ maxLength: 200 }), fc.nat(300)],
    (mode, bytes, count) => decodes(Uint8Array.of(mode, ...bytes), count),
    { numRuns: 30_000 },
  );
});

test("mutated columns give values or a StatFileError", (t) => {
  property(
    t,
    [
      kind,
      seed,
      fc.integer({ min: 1, max: 700 }),
      fc.array(fc.tuple(fc.nat(1_000_000), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      fc.nat(800),
    ],
    (name, number, length, changes, isCut, otherCount) => {
      const bytes = dense(columnOf(name, number, length));
      for (const [place, value] of changes) {
        // Most of what can go wrong is at the beginning.
        const at =
          place % 2 === 0 ? (place >> 1) % Math.min(40, bytes.length) : place % bytes.length;
        bytes[at] = value;
      }
      const cut = isCut ? bytes.subarray(0, changes[0]![0] % bytes.length) : bytes;
      return decodes(cut, length) && decodes(cut, otherCount);
    },
    { numRuns: 15_000 },
  );
});

test("a column that is cut off anywhere, or goes on, is refused", (t) => {
  for (const name of Object.keys(KINDS)) {
    const values = columnOf(name, 3, 100);
    const bytes = dense(values);
    for (let length = 0; length < bytes.length; length++) {
      t.throws(() => decoded(bytes.subarray(0, length), 100), { instanceOf: StatFileError });
    }
    t.throws(() => decoded(Uint8Array.of(...bytes, 0), 100), { instanceOf: StatFileError });
  }
});

test("unknown modes are refused", (t) => {
  const known = new Set([XOR, SPLIT_WORDS, DICTIONARY, DEFLATE, RAW, 0x91, PACKED]);
  for (let e = 0; e <= 14; e++) known.add(DECIMAL | e).add(NEAR_DECIMAL | e);
  for (let mode = 0; mode < 256; mode++) {
    if (known.has(mode)) continue;
    t.throws(() => decoded(Uint8Array.of(mode, ...new Uint8Array(64)), 3), {
      instanceOf: StatFileError,
      message: /not known/,
    });
  }
});

test("what a column claims costs no more memory than the values that are asked for", (t) => {
  const bomb = deflateRawSync(new Uint8Array(200_000_000));
  const largest = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f];
  const claims = [
    Uint8Array.of(DEFLATE, ...bomb),
    // A dictionary, a run and a window far beyond three values.
    Uint8Array.of(DICTIONARY, ...largest, RAW),
    Uint8Array.of(DECIMAL, 0, 0, 0, ...new Uint8Array(40).fill(0x55)),
    Uint8Array.of(XOR, ...new Uint8Array(40).fill(0xff)),
  ];
  for (const bytes of claims) {
    const before = process.memoryUsage();
    t.throws(() => decodeColumn(bytes, 0, bytes.length, new Float64Array(3), 3), {
      instanceOf: StatFileError,
    });
    const after = process.memoryUsage();
    t.true(after.arrayBuffers - before.arrayBuffers < 1_000_000);
  }
});
