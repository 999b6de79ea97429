import test from "ava";
import fc from "fast-check";
import { IstatDecoder } from "../../src/protocols/istat-lines.ts";
import { property } from "../property.ts";
import { RecordingStore } from "./recording-store.ts";

const NOW = 1_700_000_000;

function decode(...chunks: (string | Buffer)[]): { store: RecordingStore; decoder: IstatDecoder } {
  const store = new RecordingStore();
  const decoder = new IstatDecoder(store.names, store, store, () => NOW);
  for (const chunk of chunks) decoder.push(Buffer.from(chunk as string));
  decoder.end();
  return { store, decoder };
}

test("two, three and seven fields, and more than seven", (t) => {
  const { store } = decode(
    `a 1\nb ${NOW - 5} 2.5\r\nc ${NOW} 10 60 1 5 4\nd ${NOW} 10 60 1 5 4 extra\n`,
  );
  t.deepEqual(store.received, [
    { name: "a", time: NOW, value: 1 },
    { name: "b", time: NOW - 5, value: 2.5 },
    { name: "c", time: NOW, value: 10, rest: [60, 1, 5, 4] },
    { name: "d", time: NOW, value: 10, rest: [60, 1, 5, 4] },
  ]);
});

test("the name reaches the store as it was written", (t) => {
  const { store } = decode("*Cpu^host.A^class.b 1\n^x 2\n");
  t.deepEqual(
    store.received.map(({ name }) => name),
    ["*Cpu^host.A^class.b", "^x"],
  );
});

test("other numbers of fields, reserved commands and bad numbers are counted", (t) => {
  const { store } = decode("a\na 1 2 3\na 1 2 3 4\n@x\n%y 1\na 12.5 1\na 0x10\na b\n");
  t.deepEqual(store.received, []);
  t.deepEqual(store.refused, [
    "line-malformed",
    "line-malformed",
    "line-malformed",
    "command-reserved",
    "command-reserved",
    "number-malformed",
    "number-malformed",
    "number-malformed",
  ]);
});

test("a nan counts as 0, as in istatd", (t) => {
  t.is(decode("a nan\n").store.received[0]?.value, 0);
});

test("samples from the future, empty and contradictory buckets are refused", (t) => {
  const { store } = decode(
    `a ${NOW + 61} 1\nb ${NOW + 60} 1\nc ${NOW} 10 60 1 5 0\nd ${NOW} 10 60 6 5 4\ne ${NOW} 100 60 1 5 4\n`,
  );
  t.deepEqual(
    store.received.map(({ name }) => name),
    ["b"],
  );
  t.deepEqual(store.refused, [
    "from-future",
    "bucket-inconsistent",
    "bucket-inconsistent",
    "bucket-inconsistent",
  ]);
});

test("meta lines stay with the connection", (t) => {
  const { decoder, store } = decode(
    "#hostname web1\n#istatd_categories host.web1,class.web\n#single\n",
  );
  t.is(decoder.meta.get("hostname"), "web1");
  t.is(decoder.meta.get("istatd_categories"), "host.web1,class.web");
  t.deepEqual(store.refused, ["meta-malformed"]);
});

test("wherever the stream is cut, the same samples come out, and no bytes throw", (t) => {
  property(
    t,
    [fc.uint8Array({ maxLength: 400 }), fc.integer({ min: 1, max: 50 })],
    (bytes, size) => {
      const stream = Buffer.concat([Buffer.from(bytes), Buffer.from("\na 1\nb 2")]);
      const chunks: Buffer[] = [];
      for (let at = 0; at < stream.length; at += size) chunks.push(stream.subarray(at, at + size));
      const whole = decode(stream).store;
      const pieces = decode(...chunks).store;
      return JSON.stringify(whole.received) === JSON.stringify(pieces.received);
    },
  );
});

test("the usual line and the same one with wide gaps, which is read as text, mean the same", (t) => {
  const number = fc.oneof(
    fc.double({ min: -1e6, max: 1e6, noNaN: true }).map(String),
    fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((x) => x.toPrecision(6)),
    fc.constantFrom(
      "0",
      "-0",
      "5.",
      ".5",
      "+5",
      "1e3",
      "1e400",
      "inf",
      "nan",
      "0x10",
      "",
      "12a",
      "1_0",
    ),
  );
  const time = fc.oneof(
    fc.integer({ min: NOW - 100, max: NOW + 100 }).map(String),
    fc.constantFrom("0", "5", "-7", "1700000000.5", "17000000000", "+1700000000", "1e9"),
  );
  const count = fc.constantFrom("1", "3", "0", "-1", "4294967296", "1.5", "5.", "+2");
  const name = fc.constantFrom("a", "b.c", "*e", "x^y^z", "#a", "@b", "");
  const line = fc.oneof(
    fc.tuple(name, number),
    fc.tuple(name, time, number),
    fc.tuple(name, time, number, number, number, number, count),
    fc.tuple(
      name,
      time,
      fc.constant("8"),
      fc.constant("20"),
      fc.constant("1"),
      fc.constant("3"),
      count,
    ),
  );
  property(t, [fc.array(line, { maxLength: 6 })], (list) => {
    const text = (gap: string): string => list.map((fields) => `${fields.join(gap)}\n`).join("");
    if (list.some(([first]) => first === "#a" || first === "")) return true;
    const narrow = decode(text(" ")).store;
    const wide = decode(text("  ")).store;
    return (
      JSON.stringify(narrow.received) === JSON.stringify(wide.received) &&
      JSON.stringify(narrow.refused) === JSON.stringify(wide.refused)
    );
  });
});
