import { ByteWriter } from "./byte-writer.ts";

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const BACKSLASH = 92;

/** JSON with a line per value and two blanks per level, as Python indents it. */
export function prettyJson(json: Uint8Array): Uint8Array {
  const out = new ByteWriter();
  let depth = 0;
  let isOpen = false;
  for (let i = 0; i < json.length; i++) {
    const byte = json[i]!;
    if (byte <= 32) continue;
    const isEnd = isClosing(byte);
    if (isEnd) depth--;
    // A list or map that holds nothing stays on its line.
    if (isOpen !== isEnd) out.text(lineOf(depth));
    isOpen = byte === 91 || byte === 123;
    if (isOpen) depth++;
    if (byte === QUOTE) {
      const end = endOfString(json, i);
      out.raw(json.subarray(i, end));
      i = end - 1;
      continue;
    }
    out.byte(byte);
    if (byte === COMMA) out.text(lineOf(depth));
    else if (byte === COLON) out.byte(32);
  }
  return out.finish();
}

function isClosing(byte: number): boolean {
  return byte === 93 || byte === 125;
}

function lineOf(depth: number): string {
  return `\n${"  ".repeat(depth)}`;
}

function endOfString(json: Uint8Array, from: number): number {
  let i = from + 1;
  while (json[i] !== QUOTE && i < json.length) i += json[i] === BACKSLASH ? 2 : 1;
  return i + 1;
}
