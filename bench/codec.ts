import { deflateRawSync, inflateRawSync } from "node:zlib";
import { ByteWriter } from "../src/storage/codec/bytes.ts";
import {
  decodeColumn,
  encodeColumn,
  encodeColumnDense,
} from "../src/storage/codec/column-codec.ts";
import { type Benchmark, compare } from "./benchmark.ts";
import { mixedColumns } from "./columns.ts";

const SLOTS = 8640;
/** A day of 10 s, and an hour. */
const BLOCKS = [SLOTS, 360];
const DEFLATE = { level: 6 };

type Encoder = typeof encodeColumn;

interface Work {
  columns: Float64Array[];
  points: number;
}

function workOf(block: number): Work {
  const columns = mixedColumns(SLOTS, block);
  return { columns, points: columns.length * block };
}

function bytesOf(values: Float64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function encodeAll(encode: Encoder, columns: Float64Array[]): Uint8Array[] {
  const out = new ByteWriter();
  return columns.map((values) => {
    out.at = 0;
    encode(values, values.length, out);
    return out.bytes.slice(0, out.at);
  });
}

function total(encoded: readonly Uint8Array[]): number {
  return encoded.reduce((sum, { length }) => sum + length, 0);
}

function encodeOnce(encode: Encoder, { columns }: Work, out: ByteWriter): number {
  let bytes = 0;
  for (const values of columns) {
    out.at = 0;
    encode(values, values.length, out);
    bytes += out.at;
  }
  return bytes;
}

function decodeOnce(encoded: Uint8Array[], { columns }: Work, into: Float64Array): number {
  for (let i = 0; i < encoded.length; i++) {
    const bytes = encoded[i]!;
    decodeColumn(bytes, 0, bytes.length, into, columns[i]!.length);
  }
  return into[0]!;
}

/** The cases besides the promised one, for the note. */
const OTHERS: readonly { name: string; block: number; encode: Encoder }[] = [
  { name: "dense 360", block: 360, encode: encodeColumnDense },
  { name: "light 8640", block: SLOTS, encode: encodeColumn },
  { name: "light 360", block: 360, encode: encodeColumn },
];

function noteOf(measure: (work: Work, encode: Encoder) => number): string {
  const works = new Map(BLOCKS.map((block) => [block, workOf(block)]));
  return OTHERS.map(
    ({ name, block, encode }) => `${name}: ${measure(works.get(block)!, encode).toPrecision(3)}`,
  ).join(", ");
}

function nanoseconds(perSecond: number): number {
  return 1e9 / perSecond;
}

const size: Benchmark = {
  name: "codec-size",
  unit: "bytes per point of a mixed load, dense, blocks of 8640",
  floor: 0.9,
  moreIsBetter: false,
  async run() {
    const measure = ({ columns, points }: Work, encode: Encoder): number =>
      total(encodeAll(encode, columns)) / points;
    const work = workOf(SLOTS);
    const deflated = work.columns.map((values) => deflateRawSync(bytesOf(values), DEFLATE));
    return {
      value: measure(work, encodeColumnDense),
      baseline: total(deflated) / work.points,
      note: noteOf(measure),
    };
  },
};

const encode: Benchmark = {
  name: "codec-encode",
  unit: "CPU ns per point, dense, blocks of 8640",
  floor: 100,
  moreIsBetter: false,
  async run(seconds) {
    const out = new ByteWriter();
    const idle = (): number => 0;
    const work = workOf(SLOTS);
    const { value, baseline } = compare(
      seconds,
      work.points,
      () => encodeOnce(encodeColumnDense, work, out),
      () => total(work.columns.map((values) => deflateRawSync(bytesOf(values), DEFLATE))),
    );
    const note = noteOf((other, encoder) =>
      nanoseconds(
        compare(seconds / 4, other.points, () => encodeOnce(encoder, other, out), idle).value,
      ),
    );
    return { value: nanoseconds(value), baseline: nanoseconds(baseline), note };
  },
};

const decode: Benchmark = {
  name: "codec-decode",
  unit: "CPU ns per point, dense, blocks of 8640",
  floor: 10,
  moreIsBetter: false,
  async run(seconds) {
    const into = new Float64Array(SLOTS);
    const idle = (): number => 0;
    const work = workOf(SLOTS);
    const encoded = encodeAll(encodeColumnDense, work.columns);
    const deflated = work.columns.map((values) => deflateRawSync(bytesOf(values), DEFLATE));
    const { value, baseline } = compare(
      seconds,
      work.points,
      () => decodeOnce(encoded, work, into),
      () => total(deflated.map((bytes) => inflateRawSync(bytes))),
    );
    const note = noteOf((other, encoder) => {
      const columns = encodeAll(encoder, other.columns);
      return nanoseconds(
        compare(seconds / 4, other.points, () => decodeOnce(columns, other, into), idle).value,
      );
    });
    return { value: nanoseconds(value), baseline: nanoseconds(baseline), note };
  },
};

export const benchmarks: Benchmark[] = [size, encode, decode];
