import { GraphiteError } from "./errors.ts";

/** Prefixes of large values, greatest first, with what they stand for. */
const UNIT_SYSTEMS: Readonly<Record<string, readonly (readonly [prefix: string, size: number])[]>> =
  {
    binary: [
      ["Pi", 1024 ** 5],
      ["Ti", 1024 ** 4],
      ["Gi", 1024 ** 3],
      ["Mi", 1024 ** 2],
      ["Ki", 1024],
    ],
    si: [
      ["P", 1e15],
      ["T", 1e12],
      ["G", 1e9],
      ["M", 1e6],
      ["k", 1e3],
    ],
    sec: [
      ["Y", 365 * 86_400],
      ["M", 30 * 86_400],
      ["D", 86_400],
      ["H", 3600],
      ["m", 60],
    ],
    msec: [
      ["Y", 365 * 86_400_000],
      ["M", 30 * 86_400_000],
      ["D", 86_400_000],
      ["H", 3_600_000],
      ["m", 60_000],
      ["s", 1000],
    ],
    none: [],
  };

/** Closer to a whole number than this a value is one. */
const WHOLE = 1e-11;

/**
 * A value in the greatest unit of a system that it fills.
 *
 * @throws GraphiteError ERR_ARGUMENT for a system that does not exist
 */
export function inUnits(value: number, system: string): { value: number; prefix: string } {
  const units = Object.hasOwn(UNIT_SYSTEMS, system) ? UNIT_SYSTEMS[system] : undefined;
  if (units === undefined) {
    const names = Object.keys(UNIT_SYSTEMS).join(", ");
    throw new GraphiteError("ERR_ARGUMENT", `${system} is no system of units: one of ${names}`);
  }
  const [prefix, size] = units.find(([, least]) => Math.abs(value) >= least) ?? ["", 1];
  const scaled = value / size;
  const floor = Math.floor(scaled);
  return { value: scaled - floor < WHOLE && value > 1 ? floor : scaled, prefix };
}
