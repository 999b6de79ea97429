/** Longest name of a file or folder, bytes. */
const MAX_NODE_BYTES = 255;

/**
 * The nodes of a name as names of folders and of a file, or in words why they cannot be such. No
 * such path leads out of the folder that it is joined to.
 *
 * @param suffixBytes what the last one gets appended while it is written
 */
export function fileNodes(
  name: string,
  suffixBytes: number,
): { nodes: string[] } | { problem: string } {
  if (name.includes("\0")) return { problem: "its name has a NUL" };
  const nodes = name.split(".");
  for (const node of nodes) {
    if (node === "" || node === ".." || node.includes("/")) {
      return { problem: `its node "${node}" is no name of a file` };
    }
  }
  const longest = Math.max(...nodes.map((node) => Buffer.byteLength(node)));
  const last = Buffer.byteLength(nodes.at(-1)!) + suffixBytes;
  if (Math.max(longest, last) > MAX_NODE_BYTES) {
    return { problem: "a node of its name is longer than the name of a file may be" };
  }
  return { nodes };
}
