import { type NodeMatcher, parsePattern } from "../model/glob.ts";
import type { Read } from "./storage-files.ts";
import { readSections } from "./storage-files.ts";

/** A section of the file of quotas: how many series there may be below each prefix. */
export interface QuotaRule {
  /** Of the section; refusals are counted under it. */
  name: string;
  /** As it was written. */
  pattern: string;
  /** Matchers of a prefix's nodes; several lists where braces hold dots. */
  nodes: readonly (readonly NodeMatcher[])[];
  limit: number;
  /** What comes of a new series beyond the limit: it is refused, or just told of. */
  action: "drop" | "log";
}

/**
 * The file of quotas:
 *
 *     [NAME]
 *     pattern = GLOB       nodes of a prefix: `tenants.*` is each tenant by itself
 *     limit = COUNT        series below one such prefix
 *     action = drop | log  drop where it is not said
 *
 * All sections that match a name count, not only the first one.
 *
 * @throws GraphiteError ERR_CONFIG when the file as a whole cannot be read
 */
export function readQuotas(text: string): Read<QuotaRule> {
  const names = new Set<string>();
  return readSections(text, ({ name, values }) => {
    if (!/^[\w-]+$/.test(name)) throw new Error("its name has other characters than A-Z 0-9 _ -");
    if (names.has(name)) throw new Error("there is one of that name already");
    names.add(name);
    const pattern = values.get("pattern");
    if (pattern === undefined) throw new Error("it has no pattern");
    const nodes = parsePattern(pattern);
    if (nodes.length === 0) throw new Error(`pattern ${pattern} has an empty node`);
    if (nodes.flat().some(({ kind }) => kind === "anyDepth")) {
      throw new Error(`pattern ${pattern}: a prefix has a fixed number of nodes, ** has not`);
    }
    const limit = values.get("limit") ?? "";
    if (!/^\d{1,9}$/.test(limit)) throw new Error(`limit ${limit} is no number of series`);
    const action = values.get("action") ?? "drop";
    if (action !== "drop" && action !== "log") throw new Error(`action ${action}: drop or log`);
    return { name, pattern, nodes, limit: Number(limit), action };
  });
}
