const FLOAT = /^[+-]?(?:(?:\d(?:_?\d)*)?\.?(?:\d(?:_?\d)*)?(?:e[+-]?\d(?:_?\d)*)?)$/i;
const WORD = /^[+-]?(?:inf(?:inity)?|nan)$/i;

/** What Python's float() makes of a text; undefined where it raises. NaN is a value here. */
export function pythonFloat(text: string): number | undefined {
  if (WORD.test(text)) {
    if (/nan$/i.test(text)) return Number.NaN;
    return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  if (!FLOAT.test(text) || !/^[+-]?\.?\d/.test(text)) return undefined;
  const value = Number(text.replaceAll("_", ""));
  return Number.isNaN(value) ? undefined : value;
}
