/**
 * Decimal texts of doubles that are positive and finite, rounded as C does: from the exact value, a half to even.
 * (`toFixed` and `toPrecision` take a half away from zero.)
 */

/** `%f` */
export function fixed(value: number, decimals: number): string {
  const { digits, point } = exactDigits(value);
  const { text } = rounded(digits, point + decimals);
  const all = text.padStart(decimals + 1, "0");
  const left = all.slice(0, all.length - decimals);
  return decimals === 0 ? left : `${left}.${all.slice(all.length - decimals)}`;
}

/** `%e` */
export function exponential(value: number, decimals: number): string {
  const { text, exponent } = significant(value, decimals + 1);
  return text.charAt(0) + (decimals === 0 ? "" : `.${text.slice(1)}`) + exponentText(exponent);
}

/** `%g`: no zeros at the end, unless they are kept. */
export function general(value: number, precision: number, keepsZeros = false): string {
  const count = Math.max(1, precision);
  const { text, exponent } = significant(value, count);
  const trim = (shown: string): string => {
    if (!shown.includes(".")) return keepsZeros ? `${shown}.` : shown;
    return keepsZeros ? shown : shown.replace(/\.?0+$/, "");
  };
  if (exponent >= -4 && exponent < count) return trim(fixed(value, count - 1 - exponent));
  const digits = count === 1 ? text : `${text.charAt(0)}.${text.slice(1)}`;
  return trim(digits) + exponentText(exponent);
}

function exponentText(exponent: number): string {
  return `e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

/** The value rounded to `count` digits: d.ddd times ten to the exponent. */
function significant(value: number, count: number): { text: string; exponent: number } {
  if (value === 0) return { text: "0".repeat(count), exponent: 0 };
  const { digits, point } = exactDigits(value);
  const { text, isCarried } = rounded(digits, count);
  return isCarried
    ? { text: text.slice(0, count), exponent: point }
    : { text, exponent: point - 1 };
}

const bits = new DataView(new ArrayBuffer(8));

/** All decimal digits of a double: 0.digits times ten to the power of `point`. */
function exactDigits(value: number): { digits: string; point: number } {
  if (value === 0) return { digits: "", point: 0 };
  bits.setFloat64(0, value);
  const power = (bits.getUint32(0) >>> 20) & 0x7ff;
  const fraction = bits.getBigUint64(0) & 0xfffffffffffffn;
  const mantissa = power === 0 ? fraction : fraction | 0x10000000000000n;
  const exponent = Math.max(power, 1) - 1075;
  if (exponent >= 0) {
    const digits = (mantissa << BigInt(exponent)).toString();
    return { digits, point: digits.length };
  }
  const digits = (mantissa * 5n ** BigInt(-exponent)).toString();
  return { digits, point: digits.length + exponent };
}

/** The first `count` digits, the last one rounded; a carry can make one more of them. */
function rounded(digits: string, count: number): { text: string; isCarried: boolean } {
  if (count < 0) return { text: "", isCarried: false };
  if (count >= digits.length) return { text: digits.padEnd(count, "0"), isCarried: false };
  const kept = digits.slice(0, count);
  const rest = digits.slice(count);
  const half = "5".padEnd(rest.length, "0");
  const isOdd = Number(kept.at(-1) ?? "0") % 2 === 1;
  if (rest < half || (rest === half && !isOdd)) return { text: kept, isCarried: false };
  const text = (BigInt(kept || "0") + 1n).toString();
  return { text, isCarried: text.length > count };
}
