const LF = 10;
const MARK = 0x28;
const STOP = 0x2e;
const LONG1 = 0x8a;
const LONG4 = 0x8b;

// What follows an opcode; one that is in no list stands alone.
const LINE = "FILSVgpP";
const TWO_LINES = "ci";
const FIXED: Readonly<Record<number, number>> = {
  75: 1, // BININT1
  104: 1, // BINGET
  113: 1, // BINPUT
  128: 1, // PROTO
  130: 1, // EXT1
  77: 2, // BININT2
  131: 2, // EXT2
  74: 4, // BININT
  106: 4, // LONG_BINGET
  114: 4, // LONG_BINPUT
  132: 4, // EXT4
  71: 8, // BINFLOAT
  149: 8, // FRAME
};
/** Bytes of the length that stands before the operand. */
const COUNTED: Readonly<Record<number, number>> = {
  67: 1, // SHORT_BINBYTES
  85: 1, // SHORT_BINSTRING
  138: 1, // LONG1
  140: 1, // SHORT_BINUNICODE
  66: 4, // BINBYTES
  84: 4, // BINSTRING
  88: 4, // BINUNICODE
  139: 4, // LONG4
  141: 8, // BINUNICODE8
  142: 8, // BINBYTES8
  150: 8, // BYTEARRAY8
};
/** Opcodes that take everything down to the last mark. */
const TAKES_MARK = "1delotui\x90\x91";

// Per opcode: 0 no operand, 1 to 8 fixed, then these.
const ONE_LINE = 16;
const BOTH_LINES = 17;
const COUNT = 32;

const operands = new Uint8Array(256);
for (const char of LINE) operands[char.charCodeAt(0)] = ONE_LINE;
for (const char of TWO_LINES) operands[char.charCodeAt(0)] = BOTH_LINES;
for (const [code, bytes] of Object.entries(FIXED)) operands[Number(code)] = bytes;
for (const [code, bytes] of Object.entries(COUNTED)) operands[Number(code)] = COUNT + bytes;
const takesMark = new Uint8Array(256);
for (const char of TAKES_MARK) takesMark[char.charCodeAt(0)] = 1;

/**
 * Why a pickle must not be given to pickleparser, or null. Only steps over opcodes, so that a
 * hostile pickle is known before anything is built of it.
 *
 * - More than `maxNesting` marks are open at once: that is how deep lists, tuples and dictionaries nest.
 * - An integer of variable length is negative: pickleparser 0.2.1 reads it as a large positive one.
 */
export function pickleProblem(bytes: Buffer, maxNesting: number): string | null {
  let open = 0;
  let at = 0;
  while (at < bytes.length) {
    const code = bytes[at++]!;
    if (code === STOP) return null;
    if (code === MARK && ++open > maxNesting) return "pickle-nested-too-deep";
    if (takesMark[code] === 1 && open > 0) open--;
    const operand = operands[code]!;
    if (operand <= 8) {
      at += operand;
    } else if (operand < COUNT) {
      for (let lines = operand - ONE_LINE + 1; lines > 0; lines--) {
        const end = bytes.indexOf(LF, at);
        if (end < 0) return null;
        at = end + 1;
      }
    } else {
      const width = operand - COUNT;
      if (at + width > bytes.length) return null;
      // Nothing longer than a frame can be whole: the upper half of an 8-byte length is left out.
      at += width + bytes.readUIntLE(at, Math.min(width, 4));
      const isLong = code === LONG1 || code === LONG4;
      if (isLong && at <= bytes.length && bytes[at - 1]! >= 128) return "pickle-long-negative";
    }
  }
  return null;
}
