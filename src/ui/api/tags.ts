import { askGraphite } from "./ask.ts";

const LIMIT = 50;

/** Tags of the series that satisfy expressions, by their beginning. */
export function askTags(
  expressions: readonly string[],
  tagPrefix: string,
  signal: AbortSignal,
): Promise<string[]> {
  const query = { expr: expressions, tagPrefix, limit: LIMIT };
  return askGraphite<string[]>("tags/autoComplete/tags", { query, signal });
}

/** Values of a tag among the series that satisfy expressions, by their beginning. */
export function askTagValues(
  expressions: readonly string[],
  tag: string,
  valuePrefix: string,
  signal: AbortSignal,
): Promise<string[]> {
  const query = { expr: expressions, tag, valuePrefix, limit: LIMIT };
  return askGraphite<string[]>("tags/autoComplete/values", { query, signal });
}
