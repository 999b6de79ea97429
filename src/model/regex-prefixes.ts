/** A longer list is no help. */
const MAX_PREFIXES = 1000;

/**
 * Texts of which one begins every text that a regular expression matches at its start; an empty one
 * says nothing. What is looked for among many texts in order is looked for below these only.
 */
export function regexPrefixes(pattern: string): string[] {
  const prefixes = prefixesOf(pattern);
  if (prefixes.length > MAX_PREFIXES || prefixes.includes("")) return [""];
  return [...new Set(prefixes)];
}

function prefixesOf(pattern: string): string[] {
  const alternatives = splitAlternatives(pattern);
  // What cannot be understood, and flags that change what letters mean, are left to the engine.
  if (alternatives === null || alternatives.length > MAX_PREFIXES) return [""];
  if (alternatives.length > 1) return alternatives.flatMap(prefixesOf);
  const text = pattern.startsWith("^") ? pattern.slice(1) : pattern;
  if (!text.startsWith("(")) return [literalPrefix(text)];
  const start = text.startsWith("(?:") ? 3 : 1;
  const end = closingParenthesis(text);
  if (end < 0 || (start === 1 && text[1] === "?") || /^[*?{]/.test(text.slice(end + 1)))
    return [""];
  return prefixesOf(text.slice(start, end));
}

/** The letters that a pattern begins with, as long as each is exactly one letter. */
function literalPrefix(pattern: string): string {
  let prefix = "";
  for (let i = 0; i < pattern.length; i++) {
    let char = pattern[i]!;
    if (char === "\\") {
      char = pattern[++i] ?? "";
      // An escaped letter or digit is a class, a position or a reference.
      if (!/^[^\w\s]$/.test(char) || isSurrogate(char)) return prefix;
    } else if (/[.^$*+?()[\]{}|\s#]/.test(char) || isSurrogate(char)) {
      return prefix;
    }
    // `b*` may be no b at all.
    if (/[*?{]/.test(pattern[i + 1] ?? "")) return prefix;
    prefix += char;
  }
  return prefix;
}

function isSurrogate(char: string): boolean {
  return (char.charCodeAt(0) & 0xf800) === 0xd800;
}

/** Null for a pattern with flags for itself as a whole. */
function splitAlternatives(pattern: string): string[] | null {
  if (/\(\?[a-zA-Z]+[):-]|\\Q/.test(pattern)) return null;
  const alternatives: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i]!;
    if (char === "\\") i++;
    else if (char === "[") i = endOfClass(pattern, i);
    else if (char === "(") depth++;
    else if (char === ")") depth--;
    else if (char === "|" && depth === 0) {
      alternatives.push(pattern.slice(start, i));
      start = i + 1;
    }
  }
  alternatives.push(pattern.slice(start));
  return alternatives;
}

function closingParenthesis(text: string): number {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (char === "\\") i++;
    else if (char === "[") i = endOfClass(text, i);
    else if (char === "(") depth++;
    else if (char === ")" && --depth === 0) return i;
  }
  return -1;
}

/** Place of the `]` that ends a class; one right at its beginning is a member. */
function endOfClass(text: string, open: number): number {
  let i = open + 1;
  if (text[i] === "^") i++;
  if (text[i] === "]") i++;
  for (; i < text.length && text[i] !== "]"; i++) if (text[i] === "\\") i++;
  return i;
}
