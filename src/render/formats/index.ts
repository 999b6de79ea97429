import { csv } from "./csv.ts";
import { dygraph } from "./dygraph.ts";
import type { Format } from "./format.ts";
import { json } from "./json.ts";
import { msgpack } from "./msgpack.ts";
import { pickle } from "./pickle.ts";
import { raw } from "./raw.ts";
import { rickshaw } from "./rickshaw.ts";

/** Values of the parameter `format` that are not pictures. */
export const FORMATS = {
  csv,
  dygraph,
  json,
  msgpack,
  pickle,
  raw,
  rickshaw,
} as const satisfies Record<string, Format>;

export type FormatName = keyof typeof FORMATS;

export function isFormatName(name: string): name is FormatName {
  return Object.hasOwn(FORMATS, name);
}
