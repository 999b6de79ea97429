import { GraphiteError } from "../model/errors.ts";
import type { Params } from "./params.ts";

const DEFAULT_SECONDS = 60;
const MAX_SECONDS = 365 * 86_400;

/**
 * How long an answer may be shown again: `cacheTimeout` seconds, or not at all with `noCache`.
 *
 * @throws GraphiteError ERR_PARAMETER for a cacheTimeout that is no whole number
 */
export function cacheHeaders(params: Params, nowMs: number): Record<string, string> {
  const text = params.one("cacheTimeout")?.trim() ?? "";
  if (!/^([+-]?\d+)?$/.test(text)) {
    throw new GraphiteError(
      "ERR_PARAMETER",
      `cacheTimeout must be a whole number of seconds, not ${JSON.stringify(text)}`,
    );
  }
  const seconds = text === "" ? DEFAULT_SECONDS : Math.min(Number(text), MAX_SECONDS);
  if (params.has("noCache") || !(seconds > 0)) {
    return {
      expires: new Date(nowMs).toUTCString(),
      "cache-control": "max-age=0, no-cache, no-store, must-revalidate, private",
    };
  }
  return {
    expires: new Date(nowMs + seconds * 1000).toUTCString(),
    "cache-control": `max-age=${seconds}`,
  };
}
