import test from "ava";
import fc from "fast-check";
import { MAX_LINE_BYTES, PlaintextDecoder } from "../../src/protocols/plaintext.ts";
import { property } from "../property.ts";
import { RecordingStore } from "./recording-store.ts";

const NOW = 1_800_000_000;

function decode(chunks: readonly (string | Buffer)[]): RecordingStore {
  const store = new RecordingStore();
  const decoder = new PlaintextDecoder(store.names, store, store, () => NOW);
  for (const chunk of chunks) decoder.push(Buffer.from(chunk as string));
  decoder.end();
  return store;
}

function one(line: string): unknown {
  const { received, refused } = decode([`${line}\n`]);
  return received[0] ?? refused;
}

const T = 1_700_000_000;

test("fields are divided by any run of white space, and a carriage return ends a line too", (t) => {
  for (const line of [
    `a.b 1 ${T}`,
    `a.b\t1\t${T}`,
    `  a.b   1  ${T}  `,
    `a.b 1 ${T}\r`,
    `a.b\u00a01 ${T}`,
  ]) {
    t.deepEqual(one(line), { name: "a.b", time: T, value: 1 }, JSON.stringify(line));
  }
});

test("every white space of Unicode divides fields, wherever it stands; a byte order mark does not", (t) => {
  const codes = [9, 11, 12, 0x1c, 0x1d, 0x1e, 0x1f, 0x85, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f];
  codes.push(0x205f, 0x3000, ...Array.from({ length: 11 }, (_, i) => 0x2000 + i));
  for (const code of codes) {
    const blank = String.fromCodePoint(code);
    for (const line of [
      `a.b${blank} 1 ${T}`,
      `${blank}a.b 1 ${T}`,
      `a.b${blank}1 ${T}`,
      `a.b 1${blank}${T}`,
      `a.b 1 ${T}${blank}`,
    ]) {
      t.deepEqual(one(line), { name: "a.b", time: T, value: 1 }, `${code} ${JSON.stringify(line)}`);
    }
    t.deepEqual(one(`a${blank}b 1 ${T}`), ["line-malformed"], `${code}`);
  }
  // Neighbours of white space, and characters that begin with the same bytes.
  for (const code of [0x84, 0xa1, 0x167f, 0x1681, 0x1fff, 0x200b, 0x2027, 0x202a, 0x2060, 0x3001]) {
    const name = `a${String.fromCodePoint(code)}b`;
    for (const separator of [" ", "  "]) {
      t.deepEqual(one(`${name}${separator}1 ${T}`), { name, time: T, value: 1 }, `${code}`);
    }
  }
  for (const name of ["\ufeffa", "a\ufeff", "a\ufeffb"]) {
    t.deepEqual(one(`${name} 1 ${T}`), { name, time: T, value: 1 });
    t.deepEqual(one(`${name}  1 ${T}`), { name, time: T, value: 1 });
  }
});

test("values are what Python's float() takes", (t) => {
  const values: [string, number][] = [
    ["1.5e3", 1500],
    ["+5", 5],
    [".5", 0.5],
    ["5.", 5],
    ["1_000", 1000],
    ["inf", Number.POSITIVE_INFINITY],
    ["-Infinity", Number.NEGATIVE_INFINITY],
    ["1e400", Number.POSITIVE_INFINITY],
    ["-0", -0],
    ["-0.0", -0],
    ["0.1", 0.1],
    ["123456789012345", 123456789012345],
    ["1234567890123456789", Number("1234567890123456789")],
    ["0.30000000000000004", 0.30000000000000004],
    ["-12.345", -12.345],
    ["0.00000001", 1e-8],
  ];
  for (const [text, value] of values) {
    const { received } = decode([`a ${text} ${T}\n`]);
    t.true(Object.is(received[0]?.value, value), text);
  }
  for (const text of ["0x10", "1,5", "abc", "1e", "--1", "1__0", "_1", ""]) {
    t.deepEqual(decode([`a ${text} ${T}\n`]).received, [], text);
  }
});

test("timestamps: fractions are cut, -1 is now, milliseconds and nonsense are refused", (t) => {
  t.deepEqual(one(`a 1 ${T}.9`), { name: "a", time: T, value: 1 });
  t.deepEqual(one(`a 1 ${T}e0`), { name: "a", time: T, value: 1 });
  t.deepEqual(one("a 1 -1"), { name: "a", time: NOW, value: 1 });
  t.deepEqual(one("a 1 -1.5"), { name: "a", time: NOW, value: 1 });
  t.deepEqual(one("a 1 12"), { name: "a", time: 12, value: 1 });
  t.deepEqual(one(`a 1 ${T}000`), ["timestamp-in-milliseconds"]);
  t.deepEqual(one("a 1 nan"), ["timestamp-not-finite"]);
  t.deepEqual(one("a 1 inf"), ["timestamp-not-finite"]);
  t.deepEqual(one("a 1 0"), ["timestamp-out-of-range"]);
  t.deepEqual(one("a 1 N"), ["line-malformed"]);
});

test("a bad line costs its neighbours nothing", (t) => {
  const bad = [
    "only",
    "two fields",
    "a b c d",
    "",
    "a nan 5",
    `\xff\xfe  1 ${T}`,
    "a 1 nan",
    `a x ${T}`,
  ];
  const text = bad.map((line) => `${line}\ngood.x 1 ${T}\n`).join("");
  const { received, refused } = decode([Buffer.from(text, "latin1")]);
  t.is(received.length, bad.length);
  t.is(refused.length, bad.length);
  t.true(refused.includes("not-utf8"));
  t.true(refused.includes("value-nan"));
});

test("a line that is too long is skipped to its end, and the connection goes on", (t) => {
  const long = "x".repeat(MAX_LINE_BYTES * 3);
  const chunks = [`a 1 ${T}\n${long.slice(0, 20_000)}`, long, `${long} 1 ${T}\nb 2 ${T}\n`];
  const { received, refused } = decode(chunks);
  t.deepEqual(
    received.map(({ name }) => name),
    ["a", "b"],
  );
  t.deepEqual(refused, ["line-too-long"]);
});

test("the last line of a datagram needs no line end", (t) => {
  const store = new RecordingStore();
  const decoder = new PlaintextDecoder(store.names, store, store, () => NOW);
  decoder.pushDatagram(Buffer.from(`a 1 ${T}\nb 2 ${T}`));
  decoder.pushDatagram(Buffer.from(`c 3 ${T}\n`));
  t.deepEqual(
    store.received.map(({ name }) => name),
    ["a", "b", "c"],
  );
});

const name = fc.constantFrom(
  "a",
  "ab",
  "abc",
  "abcd",
  "a.b.c.d.e",
  "servers.web01.cpu.user",
  "servers.web02.cpu.user",
  "übung.ö",
  "t;a=1;b=2",
  "\u2003wide",
  "wide\u0085",
  "wi\u3000de",
);
const value = fc.oneof(
  fc.integer().map(String),
  fc.integer({ min: -99999, max: 99999 }).map((v) => String(v / 100)),
  fc.double({ noNaN: true }).map(String),
  fc.constantFrom("-0", "1e3", "nan", "x", "0.1234567"),
);
const line = fc.oneof(
  fc.tuple(name, value, fc.integer({ min: T, max: T + 3 })).map(([n, v, s]) => `${n} ${v} ${s}\n`),
  fc
    .tuple(name, value, fc.integer({ min: T, max: T + 3 }))
    .map(([n, v, s]) => `${n}  ${v}\t${s}.5\r\n`),
  fc.string({ maxLength: 20 }).map((text) => `${text}\n`),
);

test("wherever the stream is cut, the same datapoints come out", (t) => {
  property(
    t,
    [fc.array(line, { maxLength: 40 }), fc.array(fc.nat(2000), { maxLength: 20 })],
    (lines, cuts) => {
      const whole = Buffer.from(lines.join(""));
      const chunks: Buffer[] = [];
      let from = 0;
      for (const cut of [...cuts, whole.length]
        .map((c) => Math.min(c, whole.length))
        .sort((a, b) => a - b)) {
        chunks.push(whole.subarray(from, cut));
        from = cut;
      }
      const once = decode([whole]);
      const pieces = decode(chunks);
      return (
        JSON.stringify(once.received) === JSON.stringify(pieces.received) &&
        JSON.stringify(once.refused) === JSON.stringify(pieces.refused)
      );
    },
    { numRuns: 500 },
  );
});

test("prediction or not, the datapoints are those of a naive reader", (t) => {
  property(t, [fc.array(line, { minLength: 1, maxLength: 60 })], (lines) => {
    const text = lines.join("");
    const naive: [string, number, number][] = [];
    for (const one of text.split("\n").slice(0, -1)) {
      const fields = one.split(/[\s\x1c-\x1f\x85]+/u).filter((field) => field !== "");
      if (fields.length !== 3) continue;
      const number = Number(fields[1]);
      const time = Number(fields[2]);
      const isNumber =
        /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(fields[1]!) || /^-?Infinity$/.test(fields[1]!);
      if (!isNumber || !/^\d+(\.\d+)?$/.test(fields[2]!) || time < 1) continue;
      naive.push([fields[0]!, Math.floor(time), number]);
    }
    const decoded = decode([text]).received.map(({ name: n, time, value: v }) => [n, time, v]);
    return (
      decoded.length === naive.length &&
      decoded.every((d, i) => d.every((x, j) => Object.is(x, naive[i]![j])))
    );
  });
});

test("no bytes make the decoder throw or hold more than a line", (t) => {
  property(t, [fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 10 })], (chunks) => {
    decode(chunks.map((chunk) => Buffer.from(chunk)));
    return true;
  });
});
