import { RE2JS } from "re2js";
import { GraphiteError } from "./errors.ts";

/** A compiled regular expression of Python's dialect. */
export interface Regex {
  /** Whether it matches anywhere (re.search). */
  search(text: string): boolean;
  /** Whether it matches at the start (re.match). */
  matchStart(text: string): boolean;
  /** Python's re.sub: `\1`, `\g<name>` in the replacement; `$` means nothing. */
  replaceAll(text: string, replacement: string): string;
}

export interface RegexOptions {
  ignoreCase?: boolean;
  /**
   * Look-around and back-references need an engine whose time has no bound. It is allowed only where
   * a deadline ends the thread that runs it.
   */
  backtracking?: "allowed" | "refused";
}

const MAX_PATTERN_LENGTH = 4096;
const MAX_CACHED = 500;
const MAX_RESULT_LENGTH = 1_000_000;
const cache = new Map<string, Regex>();

/**
 * Compiles with a linear-time engine where it can. @throws GraphiteError ERR_REGEX when the pattern is
 * wrong, or needs backtracking where that is refused
 */
export function compileRegex(pattern: string, options: RegexOptions = {}): Regex {
  const key = `${options.ignoreCase === true}${options.backtracking === "allowed"}${pattern}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const regex = compile(pattern, options);
  if (cache.size >= MAX_CACHED) cache.clear();
  cache.set(key, regex);
  return regex;
}

function compile(pattern: string, options: RegexOptions): Regex {
  if (pattern.length > MAX_PATTERN_LENGTH) {
    throw new GraphiteError(
      "ERR_REGEX",
      `a regular expression has at most ${MAX_PATTERN_LENGTH} characters`,
    );
  }
  const portable = pattern.replace(/\\Z/g, "\\z");
  try {
    return linearRegex(
      RE2JS.compile(portable, options.ignoreCase === true ? RE2JS.CASE_INSENSITIVE : 0),
    );
  } catch (error) {
    const needsMore = /\(\?<?[=!]|\\[1-9]|\(\?P=|[*+?}]\+|\(\?>/.test(pattern);
    if (!needsMore) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new GraphiteError("ERR_REGEX", `the regular expression ${pattern} is wrong: ${reason}`);
    }
    if (options.backtracking !== "allowed") {
      throw new GraphiteError(
        "ERR_REGEX",
        `the regular expression ${pattern} needs look-around or back-references, which are not possible here`,
      );
    }
    return backtrackingRegex(pattern, options.ignoreCase === true);
  }
}

/** A match as re.sub needs it. */
interface Match {
  start: number;
  end: number;
  group(key: number | string): string;
}

function linearRegex(compiled: RE2JS): Regex {
  return {
    search: (text) => compiled.matcher(text).find(),
    matchStart: (text) => compiled.matcher(text).lookingAt(),
    replaceAll: (text, replacement) => {
      const matcher = compiled.matcher(text);
      const groups = matcher.groupCount();
      return substitute(text, replacement, () => {
        if (!matcher.find()) return null;
        return {
          start: matcher.start(),
          end: matcher.end(),
          group: (key) => {
            if (typeof key === "number" && key > groups) throw badGroup(key);
            try {
              return matcher.group(key) ?? "";
            } catch {
              throw badGroup(key);
            }
          },
        };
      });
    },
  };
}

let beforeBacktracking = (): void => {};

/** `hook` is called before every search whose time has no bound, so that a deadline can be set. */
export function watchBacktracking(hook: () => void): void {
  beforeBacktracking = hook;
}

function backtrackingRegex(pattern: string, ignoreCase: boolean): Regex {
  const translated = pattern
    .replace(/\(\?P<([A-Za-z_]\w*)>/g, "(?<$1>")
    .replace(/\(\?P=([A-Za-z_]\w*)\)/g, "\\k<$1>")
    .replace(/\\A/g, "(?<![\\s\\S])")
    .replace(/\\Z/g, "(?![\\s\\S])");
  let compiled: RegExp;
  try {
    compiled = new RegExp(translated, ignoreCase ? "giu" : "gu");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new GraphiteError("ERR_REGEX", `the regular expression ${pattern} is wrong: ${reason}`);
  }
  const anchored = new RegExp(compiled.source, compiled.flags.replace("g", "y"));
  return {
    search: (text) => {
      beforeBacktracking();
      compiled.lastIndex = 0;
      return compiled.test(text);
    },
    matchStart: (text) => {
      beforeBacktracking();
      anchored.lastIndex = 0;
      return anchored.test(text);
    },
    replaceAll: (text, replacement) => {
      beforeBacktracking();
      const matches = text.matchAll(compiled);
      return substitute(text, replacement, () => {
        const next = matches.next();
        if (next.done === true) return null;
        const match = next.value;
        return {
          start: match.index,
          end: match.index + match[0].length,
          group: (key) => {
            const isKnown =
              typeof key === "number" ? key < match.length : key in (match.groups ?? {});
            if (!isKnown) throw badGroup(key);
            return (typeof key === "number" ? match[key] : match.groups?.[key]) ?? "";
          },
        };
      });
    },
  };
}

/** re.sub: replaces every match; an empty match next to the one before it counts, too. */
function substitute(text: string, replacement: string, next: () => Match | null): string {
  const parts = parseReplacement(replacement);
  let result = "";
  let at = 0;
  for (let match = next(); match !== null; match = next()) {
    result += text.slice(at, match.start);
    for (const part of parts) result += "text" in part ? part.text : match.group(part.group);
    at = match.end;
    if (result.length > MAX_RESULT_LENGTH) {
      throw new GraphiteError(
        "ERR_REGEX",
        `the replacement makes a text of more than ${MAX_RESULT_LENGTH} characters`,
      );
    }
  }
  return result + text.slice(at);
}

type ReplacementPart = { text: string } | { group: number | string };

const ESCAPES: Record<string, string> = {
  n: "\n",
  t: "\t",
  r: "\r",
  f: "\f",
  v: "\v",
  a: "\x07",
  b: "\b",
  "\\": "\\",
};

/** Python's replacement templates. */
function parseReplacement(replacement: string): ReplacementPart[] {
  const parts: ReplacementPart[] = [];
  const pattern = /\\(?:g<([^>]*)>|(0[0-7]{0,2}|[1-3][0-7]{2})|([1-9]\d?)|([\s\S]))|([^\\]+|\\$)/g;
  for (const [whole, name, octal, digits, escaped, text] of replacement.matchAll(pattern)) {
    if (text !== undefined) {
      if (text === "\\")
        throw new GraphiteError("ERR_REGEX", "the replacement ends in a backslash");
      parts.push({ text });
    } else if (name !== undefined) {
      if (!/^(\d+|[A-Za-z_]\w*)$/.test(name)) throw badGroup(name);
      parts.push({ group: /^\d+$/.test(name) ? Number(name) : name });
    } else if (octal !== undefined) {
      parts.push({ text: String.fromCharCode(Number.parseInt(octal, 8)) });
    } else if (digits !== undefined) {
      parts.push({ group: Number(digits) });
    } else {
      const meaning = ESCAPES[escaped ?? ""];
      if (meaning === undefined && /[A-Za-z]/.test(escaped ?? "")) {
        throw new GraphiteError("ERR_REGEX", `bad escape ${whole} in the replacement`);
      }
      parts.push({ text: meaning ?? whole });
    }
  }
  return parts;
}

function badGroup(group: number | string): GraphiteError {
  return new GraphiteError(
    "ERR_REGEX",
    `the replacement names the group ${group}, which is not there`,
  );
}
