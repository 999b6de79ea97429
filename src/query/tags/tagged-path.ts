import { hasBrokenTags } from "../../model/series-name.ts";

const SEMICOLON = 59;
const EQUALS = 61;
const EXCLAMATION = 33;
const CARET = 94;
const TILDE = 126;
const QUOTE = 34;
const BRACE = 125;

/** Where the parts of a canonical path are, found without making a text of it. */
export class TaggedPath {
  bytes: Uint8Array = new Uint8Array(0);
  nameEnd = 0;
  /** Tags beside the name. */
  count = 0;
  readonly tagStarts: number[] = [];
  readonly tagEnds: number[] = [];
  readonly valueStarts: number[] = [];
  readonly valueEnds: number[] = [];

  /** False for a path that breaks a rule of tags: it keeps its raw text, and has no tags. */
  read(bytes: Uint8Array): boolean {
    this.bytes = bytes;
    this.count = 0;
    const { length } = bytes;
    let at = bytes.indexOf(SEMICOLON);
    if (at <= 0 || bytes[0] === TILDE) return false;
    this.nameEnd = at;
    while (at < length) {
      const tagStart = at + 1;
      at = tagStart;
      while (at < length && bytes[at] !== EQUALS) if (isRefused(bytes[at++]!)) return false;
      const valueStart = at + 1;
      if (at === tagStart || valueStart >= length || bytes[valueStart] === TILDE) return false;
      this.tagStarts[this.count] = tagStart;
      this.tagEnds[this.count] = at;
      at = bytes.indexOf(SEMICOLON, valueStart);
      if (at < 0) at = length;
      if (at === valueStart) return false;
      this.valueStarts[this.count] = valueStart;
      this.valueEnds[this.count] = at;
      this.count++;
    }
    // What ends like openmetrics was held to other rules when it came.
    return bytes[length - 1] !== BRACE || bytes[length - 2] !== QUOTE || !isBroken(bytes);
  }
}

function isRefused(byte: number): boolean {
  return byte === SEMICOLON || byte === EXCLAMATION || byte === CARET;
}

function isBroken(bytes: Uint8Array): boolean {
  return hasBrokenTags(Buffer.from(bytes).toString());
}
