import { readFileSync } from "node:fs";
import { canonicalName } from "../../src/model/series-name.ts";
import { tagHashOf } from "./series-path.ts";

/** Names of tagged series by the hash that carbon files them under, from a file with one a line. */
export function readTaggedNames(path: string | null): Map<string, string> {
  const names = new Map<string, string>();
  if (path === null) return names;
  for (const line of readFileSync(path, "utf8").split("\n")) {
    const canonical = canonicalName(line.trim());
    if (canonical.ok) names.set(tagHashOf(canonical.name), canonical.name);
  }
  return names;
}
