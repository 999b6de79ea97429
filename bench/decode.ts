import { PlaintextDecoder } from "../src/protocols/plaintext.ts";
import { NameTable } from "../src/storage/name-table.ts";
import { type Benchmark, compare } from "./benchmark.ts";
import { inOrder, linesOf } from "./load.ts";

/** The decoder alone, against split and a Map. */
const decode: Benchmark = {
  name: "decode-plaintext",
  unit: "lines per CPU second, decoder alone",
  floor: null,
  moreIsBetter: true,
  async run(seconds) {
    const count = 100_000;
    const bytes = linesOf(inOrder(count), 1_700_000_000, 1);
    const names = new NameTable((raw) => raw.length);
    let sum = 0;
    const sink = { point: (_name: number, _time: number, value: number) => (sum += value) };
    const decoder = new PlaintextDecoder(names, sink, { refuse: () => {} }, () => 0);
    const values = new Map<string, number>();
    return compare(
      seconds,
      count,
      () => {
        for (let at = 0; at < bytes.length; at += 65_536)
          decoder.push(bytes.subarray(at, at + 65_536));
        return sum;
      },
      () => {
        for (const line of bytes.toString().split("\n")) {
          const [name, value] = line.split(" ");
          values.set(name!, Number(value));
        }
        return values;
      },
    );
  },
};

export const benchmarks: Benchmark[] = [decode];
