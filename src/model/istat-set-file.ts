/** What a letter after a backslash stands for; others stand for themselves. */
const ESCAPES: Readonly<Record<string, string>> = {
  "0": "\0",
  b: "\b",
  t: "\t",
  n: "\n",
  r: "\r",
  Z: "\x1a",
};

/**
 * Keys and values of a file in which istatd has kept a container of settings:
 *
 *     file = line*
 *     line = "#" … | key "=" value
 *
 * Blanks around a key mean nothing. Lines without `=` are passed over.
 */
export function readSetFile(text: string): [key: string, value: string][] {
  const values: [string, string][] = [];
  for (const line of text.split(/\r?\n/)) {
    const at = line.indexOf("=");
    if (line.startsWith("#") || at < 0) continue;
    const key = line.slice(0, at).trim();
    if (key === "") continue;
    const value = line
      .slice(at + 1)
      .replace(/\\(.)/g, (_escape, letter: string) => ESCAPES[letter] ?? letter);
    values.push([key, value]);
  }
  return values;
}
