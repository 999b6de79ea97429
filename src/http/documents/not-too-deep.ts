import { GraphiteError } from "../../model/errors.ts";

/**
 * Writes JSON of what a client has sent. Reading it knows no depth, but writing does.
 *
 * @throws GraphiteError ERR_PARAMETER
 */
export function notTooDeep<T>(write: () => T): T {
  try {
    return write();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new GraphiteError("ERR_PARAMETER", "the JSON is nested too deep", { cause: error });
  }
}
