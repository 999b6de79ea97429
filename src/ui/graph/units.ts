/** What values of a graph mean. */
export const UNITS = [
  "si",
  "bytes",
  "bits",
  "seconds",
  "ms",
  "percent",
  "fraction",
  "none",
] as const;
export type Unit = (typeof UNITS)[number];

export const UNIT_NAMES: Record<Unit, string> = {
  si: "Number (k, M, G)",
  bytes: "Bytes (KiB, MiB)",
  bits: "Bits (kbit, Mbit)",
  seconds: "Seconds",
  ms: "Milliseconds",
  percent: "Percent (0–100)",
  fraction: "Percent (0–1)",
  none: "Number in full",
};

type Prefix = readonly [prefix: string, size: number];

const LARGE: readonly Prefix[] = [
  ["P", 1e15],
  ["T", 1e12],
  ["G", 1e9],
  ["M", 1e6],
  ["k", 1e3],
];
const SMALL: readonly Prefix[] = [
  ["m", 1e-3],
  ["µ", 1e-6],
  ["n", 1e-9],
];
const BINARY: readonly Prefix[] = [
  ["Pi", 2 ** 50],
  ["Ti", 2 ** 40],
  ["Gi", 2 ** 30],
  ["Mi", 2 ** 20],
  ["Ki", 2 ** 10],
];
const SPANS: readonly Prefix[] = [
  ["d", 86_400],
  ["h", 3600],
  ["min", 60],
];

/** A value with its unit, in as many digits as tell it apart: `12.3 k`, `4.51 MiB`, `250 ms`, `97.1 %`. */
export function valueText(value: number | null | undefined, unit: Unit): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const sign = value < 0 ? "−" : "";
  return sign + positiveText(Math.abs(value), unit);
}

function positiveText(value: number, unit: Unit): string {
  switch (unit) {
    case "none":
      return digits(value, 12);
    case "percent":
      return `${digits(value, 4)} %`;
    case "fraction":
      return `${digits(value * 100, 4)} %`;
    case "bytes":
      return scaled(value, BINARY, [], "B");
    case "bits":
      return scaled(value, LARGE, [], "bit");
    case "seconds":
      return secondsText(value);
    case "ms":
      return secondsText(value / 1000);
    case "si":
      return scaled(value, LARGE, value >= 0.001 ? [] : SMALL, "");
  }
}

function secondsText(value: number): string {
  if (value >= 60) return scaled(value, SPANS, [], "s");
  return scaled(value, [], value > 0 && value < 1 ? SMALL : [], "s");
}

function scaled(
  value: number,
  larger: readonly Prefix[],
  smaller: readonly Prefix[],
  name: string,
): string {
  // What would be rounded to a thousand belongs to the next prefix.
  const found =
    larger.find(([, size]) => value >= size * 0.99995) ??
    (value > 0 ? smaller.find(([, size]) => value >= size * 0.99995) : undefined);
  if (found === undefined) return name === "" ? digits(value, 4) : `${digits(value, 4)} ${name}`;
  const [prefix, size] = found;
  const isSpan = larger === SPANS;
  return `${digits(value / size, 4)} ${prefix}${isSpan ? "" : name}`;
}

function digits(value: number, count: number): string {
  if (value === 0) return "0";
  if (value >= 1e15 || value < 1e-9) return value.toExponential(2);
  const rounded = Number(value.toPrecision(count));
  return rounded >= 10 ** count && count < 12 ? String(Math.round(value)) : String(rounded);
}
