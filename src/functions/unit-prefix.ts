import { formatFixed } from "../model/python-format.ts";

export type UnitSystem = "si" | "binary";

const PREFIXES: Readonly<Record<UnitSystem, readonly [prefix: string, size: number][]>> = {
  si: [
    ["P", 1e15],
    ["T", 1e12],
    ["G", 1e9],
    ["M", 1e6],
    ["k", 1e3],
  ],
  binary: [
    ["Pi", 1024 ** 5],
    ["Ti", 1024 ** 4],
    ["Gi", 1024 ** 3],
    ["Mi", 1024 ** 2],
    ["Ki", 1024],
  ],
};

/** A value with two decimals and the greatest prefix that fits: `94.32Ki`. */
export function withUnitPrefix(value: number, system: UnitSystem): string {
  for (const [prefix, size] of PREFIXES[system]) {
    if (Math.abs(value) >= size) return formatFixed(value / size, 2) + prefix;
  }
  return formatFixed(value, 2);
}
