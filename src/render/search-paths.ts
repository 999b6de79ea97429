import { GraphiteError } from "../model/errors.ts";
import { compileRegex } from "../model/regex.ts";

const MAX_FOUND = 100;
const MAX_WORDS = 20;

/**
 * Up to 100 paths that one of the words of a query is found in, whatever the case, separated by
 * commas: the answer to a search of Graphite's browser. Words are regular expressions.
 *
 * @throws GraphiteError ERR_REGEX, ERR_PARAMETER for too many words
 */
export function searchPaths(paths: readonly string[], query: string): Buffer {
  const words = query.split(/\s+/).filter((word) => word !== "");
  if (words.length > MAX_WORDS) {
    throw new GraphiteError("ERR_PARAMETER", `a search has at most ${MAX_WORDS} words`);
  }
  const tests = words.map(testOf);
  const found: string[] = [];
  for (const path of tests.length === 0 ? [] : paths) {
    const lower = path.toLowerCase();
    if (!tests.some((test) => test(lower, path))) continue;
    found.push(path);
    if (found.length === MAX_FOUND) break;
  }
  return Buffer.from(found.join(","));
}

/** Most words are just that, and found much faster so. */
function testOf(word: string): (lower: string, path: string) => boolean {
  if (/^[\w-]+$/.test(word)) {
    const wanted = word.toLowerCase();
    return (lower) => lower.includes(wanted);
  }
  const regex = compileRegex(word, { ignoreCase: true });
  return (_lower, path) => regex.search(path);
}
