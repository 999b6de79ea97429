import type { TimeSeries } from "../model/time-series.ts";
import type { FunctionContext } from "./define.ts";

/**
 * Evaluates targets that a function has put together. All of them are tried before the first error
 * is thrown, so that the data that they need are fetched in one step.
 *
 * @throws GraphiteError
 */
export function evaluateAll(targets: readonly string[], context: FunctionContext): TimeSeries[][] {
  const errors: unknown[] = [];
  const answers = targets.map((target) => {
    try {
      return context.evaluateTarget(target);
    } catch (error) {
      errors.push(error);
      return [];
    }
  });
  if (errors.length > 0) throw errors[0];
  return answers;
}
