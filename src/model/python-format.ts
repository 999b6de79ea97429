import { GraphiteError } from "./errors.ts";
import { exponential, fixed, general } from "./exact-decimal.ts";
import { formatFloat } from "./python-number.ts";

const DIRECTIVE = /%([-+ 0#]*)(\d*)(?:\.(\d*))?[hlL]?([\s\S]?)/g;
const MAX_WIDTH = 1000;

/**
 * Python's `template % value` for one float: exactly one directive of d, i, u, e, f, g, s, r or a
 * takes it; `%%` is a percent sign.
 *
 * @throws GraphiteError ERR_ARGUMENT
 */
export function formatPercent(template: string, value: number): string {
  let used = 0;
  const text = template.replace(
    DIRECTIVE,
    (whole, flags: string, width: string, precision: string | undefined, type: string) => {
      if (type === "%") return "%";
      used++;
      if (Number(width) > MAX_WIDTH || Number(precision ?? 0) > MAX_WIDTH) {
        throw new GraphiteError("ERR_ARGUMENT", `${whole} is wider than ${MAX_WIDTH} characters`);
      }
      const digits = precision === undefined ? undefined : Number(precision);
      return padded(directive(whole, type, flags, digits, value), flags, Number(width), type);
    },
  );
  if (used !== 1) {
    const message = `${JSON.stringify(template)} must have one place for a value, such as %d or %.2f`;
    throw new GraphiteError("ERR_ARGUMENT", message);
  }
  return text;
}

/** `%.2f` and its like: rounds the exact value, a half to even. */
export function formatFixed(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return formatFloat(value);
  return signOf(value) + fixed(Math.abs(value), decimals);
}

function directive(
  whole: string,
  type: string,
  flags: string,
  precision: number | undefined,
  value: number,
): string {
  const plus = flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
  const sign = signOf(value) || plus;
  if (type === "s" || type === "r" || type === "a") return formatFloat(value).slice(0, precision);
  if (!/^[diueEfFgG]$/.test(type)) {
    const message = `${whole} cannot show a number: %d, %e, %f, %g and %s can`;
    throw new GraphiteError("ERR_ARGUMENT", message);
  }
  const magnitude = Math.abs(value);
  if (/[diu]/.test(type)) {
    if (!Number.isFinite(value)) {
      throw new GraphiteError("ERR_ARGUMENT", `${whole} cannot show ${formatFloat(value)}`);
    }
    const integer = BigInt(Math.trunc(magnitude));
    return (integer === 0n ? plus : sign) + integer.toString().padStart(precision ?? 0, "0");
  }
  const shown = real(type.toLowerCase(), magnitude, precision ?? 6, flags.includes("#"));
  return sign + (/[EFG]/.test(type) ? shown.toUpperCase() : shown);
}

function real(type: string, value: number, precision: number, isAlternate: boolean): string {
  if (!Number.isFinite(value)) return formatFloat(value);
  const point = isAlternate && precision === 0 ? "." : "";
  if (type === "f") return fixed(value, precision) + point;
  if (type === "e") return exponential(value, precision);
  return general(value, precision, isAlternate);
}

function padded(text: string, flags: string, width: number, type: string): string {
  if (flags.includes("-")) return text.padEnd(width);
  if (!flags.includes("0") || /[sra]/.test(type)) return text.padStart(width);
  const sign = /^[-+ ]/.test(text) ? text[0]! : "";
  return sign + text.slice(sign.length).padStart(width - sign.length, "0");
}

function signOf(value: number): string {
  return value < 0 || Object.is(value, -0) ? "-" : "";
}
