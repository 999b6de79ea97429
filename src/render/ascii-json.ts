/**
 * JSON in ASCII, as Python writes it: it reads the same whatever a header, or a page that loads it
 * as a script, takes for the character set.
 */
export function asciiJson(value: unknown): string {
  const text = JSON.stringify(value);
  return /^[\x20-\x7e]*$/.test(text) ? text : text.replace(/[^\x20-\x7e]/g, escaped);
}

function escaped(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
