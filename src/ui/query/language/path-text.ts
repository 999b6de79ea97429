/**
 * How a whole name is written in a target: what would mean something else gets a backslash. The
 * language has no way to write blanks in a path; any character stands for one.
 */
export function writePath(name: string): string {
  return name.split(".").map(writeNode).join(".");
}

/** The pattern that a path of a target asks for: a backslash stays before what would be a wildcard. */
export function patternOf(path: string): string {
  return path.replace(/\\(.)/gs, (both, char: string) => ("{},\\*?[".includes(char) ? both : char));
}

/** The nodes of a path as it is written: a dot behind a backslash parts nothing. */
export function nodesOf(path: string): string[] {
  return path.match(/(?:[^.\\]|\\.?)+/gs) ?? [];
}

function writeNode(node: string): string {
  return node
    .replace(/[(){},.'"\\|=*?[]/g, "\\$&")
    .replace(
      /[\u0000-\u0020\u007f\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/g,
      "?",
    );
}
