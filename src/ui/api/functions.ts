import { askGraphite } from "./ask.ts";

/** The functions of targets by name, as `/functions` describes them; to be read with care. */
export function askFunctions(signal?: AbortSignal): Promise<unknown> {
  return askGraphite<unknown>("functions", signal === undefined ? {} : { signal });
}
