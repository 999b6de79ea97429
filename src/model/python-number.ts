import { general } from "./exact-decimal.ts";

/** Numbers as Python prints them: dashboards match on names, and names hold numbers. */

/** `%g`: six significant digits, no trailing zeros, an exponent below 1e-4 and from 1e6 on. */
export function formatGeneral(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  return sign + general(Math.abs(value), 6);
}

/** `repr` of a float: the shortest digits that read back, always with a point or an exponent. */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (Number.isInteger(value) && Math.abs(value) < 1e16) {
    return Object.is(value, -0) ? "-0.0" : `${value}.0`;
  }
  const [digits = "", power = "0"] = value.toExponential().split("e");
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16) return withExponent(digits, exponent);
  const text = String(value);
  return text.includes("e") ? value.toFixed(Math.max(0, digits.length - 2 - exponent)) : text;
}

/** `%d`: cut towards zero. */
export function formatInteger(value: number): string {
  return Number.isFinite(value) ? BigInt(Math.trunc(value)).toString() : formatGeneral(value);
}

/** `round(value, digits)`: half to even on the exact binary value. */
export function roundTo(value: number, digits: number): number {
  if (!Number.isFinite(value)) return value;
  if (digits === 0) {
    const floor = Math.floor(value);
    const rest = value - floor;
    if (rest === 0.5) return floor % 2 === 0 ? floor : floor + 1;
    return rest < 0.5 ? floor : floor + 1;
  }
  if (digits > 0) {
    if (digits > 22 || Math.abs(value) >= 1e15) return value;
    const scale = 10 ** digits;
    const scaled = value * scale;
    const nearest = Math.round(scaled);
    // Farther from a half than the product can be wrong: this is the common case, and ten times as
    // fast as what follows.
    if (0.5 - Math.abs(scaled - nearest) > Math.abs(scaled) * Number.EPSILON)
      return nearest / scale;
    // toFixed works on the exact value, but takes a half away from zero. Only odd multiples of
    // 1 / 2^(digits + 1) are halves: 30.605 is a little more than one.
    const halves = value * 2 ** (digits + 1) * 5 ** digits;
    if (Number.isSafeInteger(halves) && Math.abs((value * 2 ** (digits + 1)) % 2) === 1) {
      const floor = (halves - 1) / 2;
      return (floor % 2 === 0 ? floor : floor + 1) / scale;
    }
    return Number(value.toFixed(digits));
  }
  const scale = 10 ** -digits;
  return Number.isFinite(scale) ? roundTo(value / scale, 0) * scale : 0;
}

function withExponent(digits: string, exponent: number): string {
  const sign = exponent < 0 ? "-" : "+";
  return `${digits}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
}
