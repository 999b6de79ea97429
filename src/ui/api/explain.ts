import { askDoor } from "./ask.ts";

/** What was read for a target. */
export interface Explanation {
  target: string;
  /** How many series came out. */
  series: number;
  error: { message: string; column?: number | null } | null;
  fetches: Fetch[];
  milliseconds: number;
}

/** A path or a tag expression that a target needs data of. */
export interface Fetch {
  path: string;
  /** Seconds; it begins before the graph does where a function looks back. */
  from: number;
  until: number;
  series: number;
  /** Seconds: of the data as they were given to the functions, 0 for none; and as they are kept. */
  step: number;
  tierStep: number | null;
  points: number;
  milliseconds: number;
}

export interface RangeQuery {
  from: string;
  until: string;
  tz: string;
}

/** Evaluates targets and says what was fetched for each. */
export async function askExplain(
  targets: readonly string[],
  range: RangeQuery,
  maxDataPoints: number,
  signal: AbortSignal,
): Promise<Explanation[]> {
  const query = { target: targets, ...range, maxDataPoints };
  const answer = await askDoor<{ targets: Explanation[] }>("_/explain", { query, signal });
  return answer.targets;
}
