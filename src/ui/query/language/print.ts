import { innerArguments, type TreeNode } from "./tree.ts";

/**
 * The text of a tree: pipes stay pipes, literals stay as typed, a blank follows each comma. Where all
 * that follows a pipe is given by name there is no pipe, because the language does not have that.
 */
export function printTree(node: TreeNode): string {
  if (node.kind === "missing") return "";
  if (node.kind !== "call") return node.text;
  const inner = innerArguments(node);
  const isPiped = node.isPiped && (inner[0]?.name ?? null) === null;
  const args = (isPiped ? inner : node.args).map(
    ({ name, value }) => (name === null ? "" : `${name.text}=`) + printTree(value),
  );
  const call = `${node.name}(${args.join(", ")})`;
  return isPiped ? `${printTree(node.args[0]!.value)}|${call}` : call;
}

/** Whether a tree holds all of the text that it was made of, mistakes and all, and nothing more. */
export function isWhole(root: TreeNode | null, text: string): boolean {
  const printed = root === null ? "" : printTree(root);
  return printed.replace(/\s/g, "") === text.replace(/\s/g, "");
}
