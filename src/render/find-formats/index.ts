import { completer } from "./completer.ts";
import type { FindFormat } from "./find-format.ts";
import { json } from "./json.ts";
import { nodelist } from "./nodelist.ts";
import { msgpack, pickle } from "./peer-nodes.ts";
import { treejson } from "./treejson.ts";

/** Values of the parameter `format` of /metrics/find. */
export const FIND_FORMATS = {
  treejson,
  completer,
  json,
  nodelist,
  pickle,
  msgpack,
} as const satisfies Record<string, FindFormat>;

export type FindFormatName = keyof typeof FIND_FORMATS;

export function isFindFormatName(name: string): name is FindFormatName {
  return Object.hasOwn(FIND_FORMATS, name);
}
