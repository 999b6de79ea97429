/**
 * The tag index in shared memory: there is one, whatever the number of threads that ask it. The main
 * thread writes, query threads read without a lock; what they see was complete when it was linked,
 * and nothing moves or goes away.
 */
export interface TagMemory {
  /** Records of tags and values, and their series. */
  words: SharedArrayBuffer;
  /** Texts of tags and values in UTF-8, each once. */
  texts: SharedArrayBuffer;
  counts: SharedArrayBuffer;
}

/** Words of `counts`. */
export const INDEXED = 0;
export const TARGET = 1;
export const IS_FULL = 2;

/** A value of one series alone takes about 11 words; four tags that many series share, 6. */
const WORDS_PER_SERIES = 32;
const TEXT_BYTES_PER_SERIES = 80;
const MAX_WORDS = 2 ** 29;
const MAX_TEXT_BYTES = 2 ** 31;

/** Reserves at the maximum: a page that is never touched costs nothing. */
export function reserveTagMemory(maxSeries: number): TagMemory {
  const words = Math.min(MAX_WORDS, maxSeries * WORDS_PER_SERIES + 4096);
  return {
    words: new SharedArrayBuffer(words * 4),
    texts: new SharedArrayBuffer(
      Math.min(MAX_TEXT_BYTES, maxSeries * TEXT_BYTES_PER_SERIES + 65_536),
    ),
    counts: new SharedArrayBuffer(16),
  };
}
