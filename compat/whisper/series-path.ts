import { createHash } from "node:crypto";
import { canonicalName } from "../../src/model/series-name.ts";
import { fileNodes } from "../export/file-nodes.ts";

/**
 * Where whisper trees keep a series, and back. A dot of the name is a folder; series with tags lie
 * below `_tagged`, in folders named by the hash of their name.
 */

const SUFFIX = ".wsp";
const TAG_FOLDER = "_tagged";
const DOT = "_DOT_";

/** Path below the tree, or in words why the series can have no file. */
export function whisperPathOf(name: string): { path: string } | { problem: string } {
  if (name.includes("\0")) return { problem: "its name has a NUL" };
  if (name.includes(";")) {
    const hash = tagHashOf(name);
    return { path: `${TAG_FOLDER}/${hash.slice(0, 3)}/${hash.slice(3, 6)}/${hash}${SUFFIX}` };
  }
  const found = fileNodes(name, `${SUFFIX}.tmp`.length);
  return "problem" in found ? found : { path: `${found.nodes.join("/")}${SUFFIX}` };
}

/** Path of a tagged series where carbon was told not to hash; null when there can be none. */
export function readablePathOf(name: string): string | null {
  if (/[/\0]/.test(name)) return null;
  const hash = tagHashOf(name);
  const node = name.replaceAll(".", DOT);
  return `${TAG_FOLDER}/${hash.slice(0, 3)}/${hash.slice(3, 6)}/${node}${SUFFIX}`;
}

/**
 * Name of the series in the file at `path`, below the tree and divided by `/`, or why there is none.
 * Carbon names the file of a tagged series by the hash of its name, which only `taggedNames` (names
 * by hash) can turn back, or, where it is told to, by the name.
 */
export function seriesNameOf(
  path: string,
  taggedNames: ReadonlyMap<string, string>,
): { name: string } | { problem: string } {
  const bare = path.replace(/\.wsp(\.gz)?$/, "");
  const nodes = bare.split("/");
  if (nodes[0] === TAG_FOLDER && nodes.length === 4) {
    const text = nodes[3]!;
    const isHash = /^[0-9a-f]{64}$/.test(text);
    if (!isHash) return checked(text.replaceAll(DOT, "."));
    const name = taggedNames.get(text);
    if (name !== undefined) return checked(name);
    return { problem: "the name of its tagged series is hashed and not in --tagged-names" };
  }
  return checked(nodes.join("."));
}

/** The hash under which carbon files a tagged series. */
export function tagHashOf(name: string): string {
  return createHash("sha256").update(name).digest("hex");
}

function checked(raw: string): { name: string } | { problem: string } {
  if (raw.includes("\ufffd")) return { problem: "its name is not UTF-8" };
  const canonical = canonicalName(raw);
  return canonical.ok ? { name: canonical.name } : { problem: canonical.reason };
}
