import { GraphiteError } from "./errors.ts";

const MAX_LENGTH = 256;

/**
 * The function that a JSONP answer calls; undefined for none.
 *
 * @throws GraphiteError ERR_PARAMETER for anything but a name such as `app.draw`: whatever else a
 *   browser would run
 */
export function jsonpName(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (text.length > MAX_LENGTH || !/^[A-Za-z_$][\w$.]*$/.test(text)) {
    throw new GraphiteError("ERR_PARAMETER", "jsonp must be the name of a function");
  }
  return text;
}
