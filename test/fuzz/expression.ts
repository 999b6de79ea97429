/** A target as a tree: a literal argument, a path or tag search, or a call. */
export type Part = string | Path | Call;

export interface Path {
  path: string;
}

export interface Call {
  name: string;
  args: readonly Part[];
}

export function textOf(part: Part): string {
  if (typeof part === "string") return part;
  if ("path" in part) return part.path;
  return `${part.name}(${part.args.map(textOf).join(",")})`;
}

/** The same with pipes: `a|scale(2)` for `scale(a,2)`. */
export function pipedTextOf(part: Part): string {
  if (typeof part === "string") return part;
  if ("path" in part) return part.path;
  const [first, ...rest] = part.args;
  if (first === undefined || typeof first === "string") return textOf(part);
  return `${pipedTextOf(first)}|${part.name}(${rest.map(pipedTextOf).join(",")})`;
}

/** Names of all functions called, with repetitions. */
export function namesIn(part: Part): string[] {
  if (!isCall(part)) return [];
  return [part.name, ...part.args.flatMap(namesIn)];
}

/** Smaller targets that may show the same: what is inside, or the same with less inside. */
export function smaller(part: Part): Part[] {
  if (!isCall(part)) return [];
  const inner = part.args.filter((arg) => typeof arg !== "string");
  const less = part.args.flatMap((arg, i) => {
    const replaced = (other: Part): Call => ({
      ...part,
      args: [...part.args.slice(0, i), other, ...part.args.slice(i + 1)],
    });
    const path = isCall(arg) ? firstPath(arg) : null;
    return [...(path === null ? [] : [replaced(path)]), ...smaller(arg).map(replaced)];
  });
  const shorter =
    part.args.length > 1 ? [{ ...part, args: part.args.slice(0, part.args.length - 1) }] : [];
  return [...inner, ...less, ...shorter];
}

function firstPath(part: Part): Path | null {
  if (typeof part === "string") return null;
  if ("path" in part) return part;
  for (const arg of part.args) {
    const path = firstPath(arg);
    if (path !== null) return path;
  }
  return null;
}

function isCall(part: Part): part is Call {
  return typeof part === "object" && "name" in part;
}
