import type { ExecutionContext } from "ava";
import fc from "fast-check";

/**
 * Checks that `predicate` holds for every tuple drawn from `arbitraries`. The predicate returns a
 * boolean; a counterexample is shrunk and reported with its seed, so that it can be replayed.
 */
export function property<Ts extends [unknown, ...unknown[]]>(
  t: ExecutionContext,
  arbitraries: { [K in keyof Ts]: fc.Arbitrary<Ts[K]> },
  predicate: (...args: Ts) => boolean,
  parameters: fc.Parameters<Ts> = {},
): void {
  const result = fc.check(fc.property(...arbitraries, predicate), parameters);
  t.false(result.failed, result.failed ? fc.defaultReportMessage(result) : undefined);
}
