import { type NodeMatcher, parsePattern } from "../src/model/glob.ts";

/**
 * Whether names match a glob, as a whole; a tagged name is one node.
 *
 * @throws GraphiteError ERR_PARAMETER for a pattern that is too long
 */
export function pathMatcher(pattern: string): (name: string) => boolean {
  const alternatives = parsePattern(pattern);
  return (name) => {
    const nodes = name.includes(";") ? [name] : name.split(".");
    return alternatives.some((matchers) => matches(matchers, 0, nodes, 0));
  };
}

function matches(
  matchers: readonly NodeMatcher[],
  matcher: number,
  nodes: readonly string[],
  node: number,
): boolean {
  const first = matchers[matcher];
  if (first === undefined) return node === nodes.length;
  if (first.kind === "anyDepth") {
    // Any number of nodes, none included.
    for (let next = node; next <= nodes.length; next++) {
      if (matches(matchers, matcher + 1, nodes, next)) return true;
    }
    return false;
  }
  const label = nodes[node];
  if (label === undefined || !matchesNode(first, label)) return false;
  return matches(matchers, matcher + 1, nodes, node + 1);
}

function matchesNode(matcher: NodeMatcher, label: string): boolean {
  if (matcher.kind === "literal") return matcher.text === label;
  return matcher.kind === "match" ? matcher.test(label) : true;
}
