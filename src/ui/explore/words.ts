/** A stretch of a text, and whether one of the words that were searched for is in it. */
export interface Stretch {
  text: string;
  isFound: boolean;
}

/** Cuts a name where words of a search are in it; those that are patterns or about tags are passed over. */
export function markWords(name: string, search: string): Stretch[] {
  const words = search.split(/\s+/).filter((word) => word !== "" && !/[*?[\]{}=]/.test(word));
  const lower = name.toLowerCase();
  const isMarked = new Uint8Array(name.length);
  for (const word of words) {
    const wanted = word.toLowerCase();
    for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, at + 1)) {
      isMarked.fill(1, at, at + wanted.length);
    }
  }
  const stretches: Stretch[] = [];
  for (let at = 0; at < name.length; ) {
    const mark = isMarked[at];
    let end = at + 1;
    while (end < name.length && isMarked[end] === mark) end++;
    stretches.push({ text: name.slice(at, end), isFound: mark === 1 });
    at = end;
  }
  return stretches;
}

/**
 * The target that a search is by itself: a pattern of a whole path, or an expression of tags; null for
 * words.
 */
export function targetOfSearch(search: string): string | null {
  const words = search.trim().split(/\s+/);
  const [word = ""] = words;
  if (words.every((one) => /^[^=\s!"']+!?=~?[^"']+$/.test(one))) {
    return `seriesByTag(${words.map((one) => `"${one}"`).join(",")})`;
  }
  if (words.length > 1 || /[()"']/.test(word)) return null;
  return /[*?[\]{}]/.test(word) && word.includes(".") ? word : null;
}
