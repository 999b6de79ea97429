/** The first byte of an encoded column; docs/formats/column-codec.md draws what follows it. */

/** Integers over a power of ten; the low four bits are the exponent, 0 to 14. */
export const DECIMAL = 0x00;
/** The same, and how many ulps each value is off. */
export const NEAR_DECIMAL = 0x20;
/** Each double as what differs from the one before. */
export const XOR = 0x40;
/** Upper halves as integers, lower halves as bits. */
export const SPLIT_WORDS = 0x50;
/** Few distinct values and their numbers. */
export const DICTIONARY = 0x60;
/** The doubles through deflate. */
export const DEFLATE = 0x80;
/** Eight bytes a value. */
export const RAW = 0x90;
/** One value that all others repeat. */
export const CONSTANT = 0x91;
/** Decimal integers, bit-packed in miniblocks. */
export const PACKED = 0xa0;
// 0xc0 belongs to blocks: a column that equals another (statfile/format.ts).

export const EXPONENT_BITS = 0x0f;
