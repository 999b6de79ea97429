/** Numbers as Python prints them: dashboards match on names, and names hold numbers. */

/** `%g`: six significant digits, no trailing zeros, an exponent below 1e-4 and from 1e6 on. */
export function formatGeneral(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const [digits = "", power = "0"] = value.toExponential(5).split("e");
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 6) return withExponent(trimZeros(digits), exponent);
  return trimZeros(value.toFixed(5 - exponent));
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
    // toFixed works on the exact value; only an exact half it takes away from zero. Such a half is
    // an odd multiple of 1/2 at `digits` decimals, so an odd multiple of this power of two as well.
    const halves = value * 2 ** (digits + 1);
    if (Math.abs(halves % 2) !== 1) return Number(value.toFixed(digits));
    const scale = 10 ** digits;
    return (2 * Math.round((value * scale) / 2)) / scale;
  }
  const scale = 10 ** -digits;
  return roundTo(value / scale, 0) * scale;
}

function trimZeros(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

function withExponent(digits: string, exponent: number): string {
  const sign = exponent < 0 ? "-" : "+";
  return `${digits}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
}
