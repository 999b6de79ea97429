/** Order by code point, as UTF-8 bytes sort; JavaScript's own order is by UTF-16 unit. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    const xIsSurrogate = (x & 0xf800) === 0xd800;
    const yIsSurrogate = (y & 0xf800) === 0xd800;
    if (xIsSurrogate !== yIsSurrogate) return xIsSurrogate ? 1 : -1;
    return x - y;
  }
  return a.length - b.length;
}

/** Sorts texts by code point, in place. */
export function sortTexts(texts: string[]): string[] {
  // Without surrogates the two orders are one, and the engine's own is faster.
  return texts.some(hasSurrogates) ? texts.sort(compareCodePoints) : texts.sort();
}

/** Sorts what has a path by it, by code point, in place. */
export function sortByPath<T extends { path: string }>(list: T[]): T[] {
  if (list.some(({ path }) => hasSurrogates(path))) {
    return list.sort((a, b) => compareCodePoints(a.path, b.path));
  }
  return list.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

function hasSurrogates(text: string): boolean {
  return /[\ud800-\udfff]/.test(text);
}
