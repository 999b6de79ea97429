/** One counter that an istat line feeds. */
export interface IstatTarget {
  name: string;
  /** An event counter; else a gauge. */
  event: boolean;
}

/** Counters that one line may name. */
const MAX_TARGETS = 64;
/** Counters above these that it may feed. */
const MAX_PARENTS = 256;

/**
 * The counters that an istat name stands for: `base^s1^s2` feeds base.s1 and base.s2, a trailing
 * caret the base as well, and a star before the base makes them event counters. Empty pieces are
 * skipped.
 */
export function expandIstatName(raw: string): IstatTarget[] {
  const targets: IstatTarget[] = [];
  for (const piece of expandCarets(raw).slice(0, MAX_TARGETS)) {
    const event = piece.startsWith("*");
    const name = mungeIstatName(event ? piece.slice(1) : piece);
    if (name !== "" && !targets.some((known) => known.name === name)) targets.push({ name, event });
  }
  return targets;
}

/**
 * The counters above those that a line names, at most `levels` nodes shorter, which an ingest
 * roll-up feeds as well: each once, however many pieces lead to it, and none that the line names
 * itself. They are event counters where what is below is one.
 */
export function parentsOf(targets: readonly IstatTarget[], levels: number): IstatTarget[] {
  const known = new Set(targets.map(({ name }) => name));
  const parents: IstatTarget[] = [];
  for (const { name, event } of targets) {
    let end = name.lastIndexOf(".");
    for (let level = 0; level < levels && end > 0; level++, end = name.lastIndexOf(".", end - 1)) {
      const parent = name.slice(0, end);
      if (known.has(parent)) continue;
      if (parents.length === MAX_PARENTS) return parents;
      known.add(parent);
      parents.push({ name: parent, event });
    }
  }
  return parents;
}

/**
 * The one spelling of a counter's name: lower case, and `_` for what is no printable ASCII and for
 * / : \ " and '. Empty components vanish, as they do in istatd's directories.
 */
export function mungeIstatName(name: string): string {
  return name
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase())
    .replace(/[^!-~]|[/:\\"']/g, "_")
    .split(".")
    .filter((node) => node !== "")
    .join(".");
}

function expandCarets(raw: string): string[] {
  const [base = "", ...pieces] = raw.split("^");
  if (pieces.length === 0) return [raw];
  return joinPieces(base, pieces);
}

function joinPieces(base: string, pieces: readonly string[]): string[] {
  const isBare = base === "";
  const names = pieces.filter((piece) => piece !== "").map((p) => (isBare ? p : `${base}.${p}`));
  if (pieces.at(-1) === "" && !isBare) names.push(base);
  return names;
}

/**
 * On the query side: the patterns that a path with carets stands for, or null when it has none
 * outside of [...]. Pieces may hold globs and braces.
 */
export function caretPaths(pattern: string): string[] | null {
  const pieces: string[] = [];
  let start = 0;
  let isInClass = false;
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i];
    if (char === "\\") i++;
    else if (char === "[" && pattern.includes("]", i)) isInClass = true;
    else if (char === "]") isInClass = false;
    else if (char === "^" && !isInClass) {
      pieces.push(pattern.slice(start, i));
      start = i + 1;
    }
  }
  if (pieces.length === 0) return null;
  pieces.push(pattern.slice(start));
  const [base = "", ...rest] = pieces;
  return [...new Set(joinPieces(base, rest))];
}
