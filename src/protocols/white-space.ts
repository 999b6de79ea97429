/** Runs of what Python's str.split() takes for white space; a byte order mark is none. */
export const WHITE_SPACE =
  /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;

/** Last bytes of U+2028, U+2029 and U+202F. */
const LINE_BLANKS = [0xa8, 0xa9, 0xaf];

/** Whether there is such white space beyond ASCII at [start, end), in UTF-8. */
export function hasWideBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end - 1; at++) {
    const next = bytes[at + 1]!;
    switch (bytes[at]) {
      case 0xc2:
        if (next === 0x85 || next === 0xa0) return true;
        break;
      case 0xe1: // U+1680
        if (next === 0x9a && bytes[at + 2] === 0x80) return true;
        break;
      case 0xe2: {
        const last = bytes[at + 2]!;
        // U+2000 to U+200A and three more
        if (next === 0x80 && last >= 0x80 && (last <= 0x8a || LINE_BLANKS.includes(last)))
          return true;
        if (next === 0x81 && last === 0x9f) return true; // U+205F
        break;
      }
      case 0xe3: // U+3000
        if (next === 0x80 && bytes[at + 2] === 0x80) return true;
        break;
    }
  }
  return false;
}
