import { execFileSync } from "node:child_process";
import { isDeepStrictEqual } from "node:util";
import test from "ava";
import fc from "fast-check";
import { Parser } from "pickleparser";
import { MAX_FRAME_BYTES, PickleDecoder } from "../../src/protocols/pickle.ts";
import { pickleProblem } from "../../src/protocols/pickle-check.ts";
import { PickleScanner } from "../../src/protocols/pickle-scanner.ts";
import { property } from "../property.ts";
import { RecordingStore } from "./recording-store.ts";

const T = 1_700_000_000;
const NOW = 1_800_000_000;

function frame(payload: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(payload.length);
  return Buffer.concat([length, payload]);
}

function decode(chunks: readonly Buffer[]): { store: RecordingStore; closing: string | null } {
  const store = new RecordingStore();
  const decoder = new PickleDecoder(store.names, store, store, () => NOW);
  let closing: string | null = null;
  for (const chunk of chunks) closing ??= decoder.push(chunk);
  decoder.end();
  return { store, closing };
}

/** A batch as carbon-relay sends it: protocol 2, ASCII names, float times and values. */
function batch(points: readonly [string, number, number][]): Buffer {
  const parts: Buffer[] = [Buffer.from([0x80, 2, 0x5d, 0x71, 0, 0x28])];
  for (const [path, time, value] of points) {
    const name = Buffer.from(path);
    const head = Buffer.alloc(5);
    head[0] = 0x58;
    head.writeUInt32LE(name.length, 1);
    const numbers = Buffer.alloc(18);
    numbers[0] = 0x47;
    numbers.writeDoubleBE(time, 1);
    numbers[9] = 0x47;
    numbers.writeDoubleBE(value, 10);
    parts.push(head, name, numbers, Buffer.from([0x86, 0x86]));
  }
  parts.push(Buffer.from([0x65, 0x2e]));
  return Buffer.concat(parts);
}

test("a relay's batch comes out in order, fractions of its times cut", (t) => {
  const { store } = decode([
    frame(
      batch([
        ["a.b", T + 0.7, 1.5],
        ["c d", T, -2],
      ]),
    ),
  ]);
  t.deepEqual(store.received, [
    { name: "a.b", time: T, value: 1.5 },
    { name: "c d", time: T, value: -2 },
  ]);
});

test("statsd's hand-written protocol 0, whose values are texts, is read", (t) => {
  const text = `(l(S'stats.a'\n(L${T}L\nS'39.5'\ntta(S'stats.b'\n(L${T}L\nS'nan'\ntta.`;
  const { store } = decode([frame(Buffer.from(text))]);
  t.deepEqual(store.received, [{ name: "stats.a", time: T, value: 39.5 }]);
  t.deepEqual(store.refused, ["value-nan"]);
});

test("entries of another shape are counted, their neighbours stored", (t) => {
  const good = batch([["x", T, 1]]).subarray(6, -2);
  // None, a number, and a tuple without a value, between two good entries.
  const odd = Buffer.from([0x4e, 0x4b, 7, 0x58, 1, 0, 0, 0, 97, 0x4e, 0x86]);
  const list = Buffer.concat([
    Buffer.from([0x80, 2, 0x5d, 0x28]),
    good,
    odd,
    good,
    Buffer.from([0x65, 0x2e]),
  ]);
  const { store } = decode([frame(list)]);
  t.is(store.received.length, 2);
  t.deepEqual(store.refused, Array(3).fill("pickle-entry-malformed"));
});

test("a malformed frame is counted and the next one is read", (t) => {
  const bad = Buffer.from("cos\nsystem\n(S'true'\ntR.");
  const { store, closing } = decode([
    frame(bad),
    frame(Buffer.from([1, 2, 3])),
    frame(batch([["x", T, 1]])),
  ]);
  t.is(closing, null);
  t.is(store.received.length, 1);
  t.is(store.refused.length, 2);
});

test("a frame over the limit closes the connection before it is taken in", (t) => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(MAX_FRAME_BYTES + 1);
  t.is(decode([length]).closing, "frame-too-long");
  t.is(decode([frame(batch([["x", T, 1]])), length]).closing, "frame-too-long");
});

test("wherever the stream is cut, the same datapoints come out", (t) => {
  const stream = Buffer.concat([
    frame(
      batch([
        ["a", T, 1],
        ["b", T, 2],
      ]),
    ),
    frame(Buffer.alloc(0)),
    frame(batch([["c", T, 3]])),
  ]);
  for (let size = 1; size < stream.length; size += 3) {
    const chunks: Buffer[] = [];
    for (let at = 0; at < stream.length; at += size) chunks.push(stream.subarray(at, at + size));
    t.is(decode(chunks).store.received.length, 3, `pieces of ${size}`);
  }
});

test("no bytes make the decoder throw", (t) => {
  property(
    t,
    [fc.uint8Array({ maxLength: 200 })],
    (payload) => {
      const { store } = decode([frame(Buffer.from(payload))]);
      return store.received.every(({ value }) => !Number.isNaN(value));
    },
    { numRuns: 2000 },
  );
});

test("absurd nesting costs a counter", (t) => {
  const deep = Buffer.concat([
    Buffer.alloc(500_000, 0x28),
    Buffer.alloc(500_000, 0x74),
    Buffer.from("."),
  ]);
  const { store } = decode([frame(deep), frame(batch([["x", T, 1]]))]);
  t.is(store.received.length, 1);
  t.deepEqual(store.refused, ["pickle-nested-too-deep"]);
  const shallow = Buffer.concat([Buffer.alloc(99, 0x28), Buffer.alloc(99, 0x74), Buffer.from(".")]);
  t.deepEqual(decode([frame(shallow)]).store.refused, ["pickle-entry-malformed"]);
});

test("the scanner takes what pickleparser takes, of every shape that Python writes", (t) => {
  const number = fc.oneof(
    fc.double(),
    fc.integer(),
    fc.integer({ min: -(2 ** 47), max: 2 ** 47 }),
    fc.boolean(),
  );
  const entries = fc.array(fc.tuple(fc.string({ maxLength: 300 }), fc.tuple(number, number)), {
    maxLength: 20,
  });
  property(
    t,
    [entries, fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 3 })],
    (list, mutations) => {
      const bytes = written(list);
      for (const [place, byte] of mutations) bytes[place % bytes.length] = byte;
      const scanned: Entry[] = [];
      const isUsual = new PickleScanner().scan(bytes, (start, end, time, value) => {
        scanned.push([bytes.toString("utf8", start, end), [time, value]]);
      });
      // A malformed one is for pickleparser to judge; what is scanned must be what that one sees.
      if (pickleProblem(bytes, 100) === "pickle-long-negative") return true;
      if (!isUsual) return scanned.length === 0 && (mutations.length > 0 || list.length === 0);
      const parsed = new Parser().parse(bytes) as [string, [unknown, unknown]][];
      const expected = parsed.map(([name, [time, value]]) => [name, [Number(time), Number(value)]]);
      return isDeepStrictEqual(scanned, expected);
    },
    { numRuns: 2000 },
  );
});

type Entry = [string, [number, number]];

/** A pickle in the manner of Python's protocol 2, with memo and with the shortest opcodes. */
function written(list: readonly [string, [number | boolean, number | boolean]][]): Buffer {
  const parts: Buffer[] = [Buffer.from([0x80, 2, 0x5d, 0x71, 0])];
  const known = new Map<string, number>();
  let memo = 1;
  const put = (): Buffer =>
    memo < 256 ? Buffer.from([0x71, memo++]) : Buffer.from([0x72, memo & 255, memo++ >> 8, 0, 0]);
  const text = (name: string): Buffer[] => {
    const key = known.get(name);
    if (key !== undefined && key < 256) return [Buffer.from([0x68, key])];
    known.set(name, memo);
    const bytes = Buffer.from(name);
    const head = Buffer.alloc(5);
    head[0] = 0x58;
    head.writeUInt32LE(bytes.length, 1);
    return [head, bytes, put()];
  };
  const numeric = (value: number | boolean): Buffer => {
    if (typeof value === "boolean") return Buffer.from([value ? 0x88 : 0x89]);
    if (Number.isInteger(value) && !Object.is(value, -0) && Math.abs(value) < 2 ** 47) {
      if (value >= 0 && value < 256) return Buffer.from([0x4b, value]);
      if (value >= 0 && value < 65_536) return Buffer.from([0x4d, value & 255, value >> 8]);
      const bytes = Buffer.alloc(8);
      if (value >= -(2 ** 31) && value < 2 ** 31) {
        bytes[0] = 0x4a;
        bytes.writeInt32LE(value, 1);
        return bytes.subarray(0, 5);
      }
      bytes[0] = 0x8a;
      bytes[1] = 6;
      bytes.writeIntLE(value, 2, 6);
      return bytes;
    }
    const bytes = Buffer.alloc(9);
    bytes[0] = 0x47;
    bytes.writeDoubleBE(value, 1);
    return bytes;
  };
  if (list.length > 1) parts.push(Buffer.from([0x28]));
  for (const [name, [time, value]] of list) {
    parts.push(...text(name), numeric(time), numeric(value));
    parts.push(Buffer.from([0x86]), put(), Buffer.from([0x86]), put());
  }
  if (list.length > 0) parts.push(Buffer.from([list.length > 1 ? 0x65 : 0x61]));
  parts.push(Buffer.from("."));
  return Buffer.concat(parts);
}

test("a frame that comes byte by byte costs no more memory than a whole one", (t) => {
  const bytes = frame(batch(Array.from({ length: 2000 }, (_, i) => [`m${i}`, T, i])));
  const store = new RecordingStore();
  const decoder = new PickleDecoder(store.names, store, store, () => NOW);
  for (let at = 0; at < bytes.length; at++) t.is(decoder.push(bytes.subarray(at, at + 1)), null);
  t.is(store.received.length, 2000);
});

const python = ((): string | null => {
  try {
    execFileSync("python3", ["-c", "import pickle"]);
    return "python3";
  } catch {
    return null;
  }
})();

test("every protocol that Python writes is read (skipped without python3)", (t) => {
  if (python === null) {
    t.log("skipped: there is no python3");
    t.is(python, null);
    return;
  }
  const script = `
import pickle, struct, sys
points = [('py.float', (${T}.5, 1.25)), ('py.int', (${T}, 7)), ('py.neg', (${T}, -3)), ['py.list', [${T}, 2**40]],
          ('py.text', ('${T}', '4.5')), ('py.true', (${T}, True)), ('py.inf', (${T}, float('inf')))]
for protocol in range(0, 6):
    for batch in (points, [('py.long', (${T}, -2**40))]):
        p = pickle.dumps(batch, protocol)
        sys.stdout.buffer.write(struct.pack('!L', len(p)) + p)
`;
  const stream = execFileSync(python, ["-c", script]);
  const { store } = decode([stream]);
  const byName = new Map<string, number[]>();
  for (const { name, value } of store.received)
    byName.set(name, [...(byName.get(name) ?? []), value]);
  for (const [name, value] of [
    ["py.float", 1.25],
    ["py.int", 7],
    ["py.neg", -3],
    ["py.list", 2 ** 40],
    ["py.text", 4.5],
    ["py.true", 1],
    ["py.long", -(2 ** 40)],
  ] as const) {
    t.deepEqual(byName.get(name), Array(6).fill(value), name);
  }
  // Protocol 0 writes infinity as a word that pickleparser takes for no number.
  t.true((byName.get("py.inf") ?? []).length >= 5);
});
