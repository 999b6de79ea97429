/** Takes an entry: the path at [start, end) of the scanned bytes, then its timestamp and value. */
export type TakeEntry = (start: number, end: number, time: number, value: number) => void;

const MAX_STACK = 1 << 14;
const MAX_MARKS = 16;
const MAX_MEMO = 1 << 20;

// Kinds of items on the stack and in the memo.
const LIST = 1;
const TEXT = 2;
const NUMBER = 3;
const PAIR = 4;
const ENTRY = 5;

/**
 * Reads pickles of the one shape that carbon clients send, a list of (path, (timestamp, value)),
 * without making an object: several times as fast as a general parser. It knows the opcodes that
 * Python's own pickler writes for that shape in protocols 1 to 5. Anything else, and anything
 * malformed, makes `scan` return false with nothing taken: the general parser decides then.
 *
 * An item is up to four numbers: where a text begins and ends, a timestamp and a value.
 */
export class PickleScanner {
  readonly #kinds = new Uint8Array(MAX_STACK);
  readonly #starts = new Int32Array(MAX_STACK);
  readonly #ends = new Int32Array(MAX_STACK);
  readonly #times = new Float64Array(MAX_STACK);
  readonly #values = new Float64Array(MAX_STACK);
  readonly #marks = new Int32Array(MAX_MARKS);
  /** Items that the pickle may refer to again, all fields of each; grows as needed. */
  #memo = new Float64Array(5 * 1024);
  #memoCount = 0;
  /** Entries of the list so far, four numbers each. */
  #entries = new Float64Array(4 * 1024);
  #entryCount = 0;

  /** Calls `take` for every entry, in order; false when the pickle is of another shape. */
  scan(bytes: Buffer, take: TakeEntry): boolean {
    this.#memoCount = 0;
    this.#entryCount = 0;
    if (!this.#read(bytes)) return false;
    const entries = this.#entries;
    for (let at = 0; at < this.#entryCount * 4; at += 4) {
      take(entries[at]!, entries[at + 1]!, entries[at + 2]!, entries[at + 3]!);
    }
    return true;
  }

  /** Collects the entries; every read beyond the end gives undefined and ends in false. */
  #read(bytes: Buffer): boolean {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const kinds = this.#kinds;
    const marks = this.#marks;
    const length = bytes.length;
    let top = 0;
    let markCount = 0;
    let at = 0;
    while (at < length) {
      if (top >= MAX_STACK - 1) return false;
      const code = bytes[at++]!;
      switch (code) {
        case 0x80: // PROTO
          if (at >= length || bytes[at++]! > 5) return false;
          break;
        case 0x95: // FRAME
          at += 8;
          break;
        case 0x5d: // EMPTY_LIST
          if (top !== 0) return false;
          kinds[top++] = LIST;
          break;
        case 0x28: // MARK
          if (markCount === MAX_MARKS) return false;
          marks[markCount++] = top;
          break;
        case 0x58: // BINUNICODE
        case 0x54: {
          // BINSTRING
          if (at + 4 > length) return false;
          const size = view.getUint32(at, true);
          at += 4;
          if (size > length - at) return false;
          this.#putText(top++, at, at + size);
          at += size;
          break;
        }
        case 0x8c: // SHORT_BINUNICODE
        case 0x55: {
          // SHORT_BINSTRING
          if (at >= length) return false;
          const size = bytes[at++]!;
          if (size > length - at) return false;
          this.#putText(top++, at, at + size);
          at += size;
          break;
        }
        case 0x47: // BINFLOAT
          if (at + 8 > length) return false;
          this.#putNumber(top++, view.getFloat64(at, false));
          at += 8;
          break;
        case 0x4a: // BININT
          if (at + 4 > length) return false;
          this.#putNumber(top++, view.getInt32(at, true));
          at += 4;
          break;
        case 0x4d: // BININT2
          if (at + 2 > length) return false;
          this.#putNumber(top++, view.getUint16(at, true));
          at += 2;
          break;
        case 0x4b: // BININT1
          if (at >= length) return false;
          this.#putNumber(top++, bytes[at++]!);
          break;
        case 0x8a: {
          // LONG1: up to six bytes are exact in a double whatever their sign.
          const size = bytes[at++];
          if (size === undefined || size === 0 || size > 6 || at + size > length) return false;
          this.#putNumber(top++, bytes.readIntLE(at, size));
          at += size;
          break;
        }
        case 0x88: // NEWTRUE
        case 0x89: // NEWFALSE
          this.#putNumber(top++, code === 0x88 ? 1 : 0);
          break;
        case 0x86: // TUPLE2
          if (top < 2 || !this.#join(top - 2)) return false;
          top--;
          break;
        case 0x74: {
          // TUPLE
          if (markCount === 0) return false;
          const mark = marks[--markCount]!;
          if (top - mark !== 2 || !this.#join(mark)) return false;
          top--;
          break;
        }
        case 0x61: // APPEND
          if (top !== 2 || markCount !== 0 || kinds[0] !== LIST || !this.#append(1)) return false;
          top = 1;
          break;
        case 0x65: // APPENDS
          if (markCount !== 1 || marks[0] !== 1 || kinds[0] !== LIST) return false;
          for (let item = 1; item < top; item++) if (!this.#append(item)) return false;
          markCount = 0;
          top = 1;
          break;
        case 0x6c: // LIST
          if (markCount !== 1 || marks[0] !== 0) return false;
          for (let item = 0; item < top; item++) if (!this.#append(item)) return false;
          markCount = 0;
          top = 1;
          kinds[0] = LIST;
          break;
        case 0x71: {
          // BINPUT
          const key = bytes[at++];
          if (key === undefined || !this.#remember(top - 1, key)) return false;
          break;
        }
        case 0x72: // LONG_BINPUT
          if (at + 4 > length || !this.#remember(top - 1, view.getUint32(at, true))) return false;
          at += 4;
          break;
        case 0x94: // MEMOIZE
          if (!this.#remember(top - 1, this.#memoCount)) return false;
          break;
        case 0x68: {
          // BINGET
          const key = bytes[at++];
          if (key === undefined || !this.#recall(top++, key)) return false;
          break;
        }
        case 0x6a: // LONG_BINGET
          if (at + 4 > length || !this.#recall(top++, view.getUint32(at, true))) return false;
          at += 4;
          break;
        case 0x2e: // STOP
          return top === 1 && markCount === 0 && kinds[0] === LIST;
        default:
          return false;
      }
    }
    return false;
  }

  #putText(item: number, start: number, end: number): void {
    this.#kinds[item] = TEXT;
    this.#starts[item] = start;
    this.#ends[item] = end;
  }

  #putNumber(item: number, value: number): void {
    this.#kinds[item] = NUMBER;
    this.#values[item] = value;
  }

  /** Makes a tuple of two items: (timestamp, value) or (path, pair). */
  #join(item: number): boolean {
    const kinds = this.#kinds;
    const next = item + 1;
    if (kinds[item] === NUMBER && kinds[next] === NUMBER) {
      kinds[item] = PAIR;
      this.#times[item] = this.#values[item]!;
      this.#values[item] = this.#values[next]!;
      return true;
    }
    if (kinds[item] === TEXT && kinds[next] === PAIR) {
      kinds[item] = ENTRY;
      this.#times[item] = this.#times[next]!;
      this.#values[item] = this.#values[next]!;
      return true;
    }
    return false;
  }

  #append(item: number): boolean {
    if (this.#kinds[item] !== ENTRY) return false;
    const at = this.#entryCount++ * 4;
    if (at === this.#entries.length) this.#entries = doubled(this.#entries);
    const entries = this.#entries;
    entries[at] = this.#starts[item]!;
    entries[at + 1] = this.#ends[item]!;
    entries[at + 2] = this.#times[item]!;
    entries[at + 3] = this.#values[item]!;
    return true;
  }

  #remember(item: number, key: number): boolean {
    if (item < 0 || key > this.#memoCount || key >= MAX_MEMO) return false;
    const at = key * 5;
    if (at === this.#memo.length) this.#memo = doubled(this.#memo);
    const memo = this.#memo;
    memo[at] = this.#kinds[item]!;
    memo[at + 1] = this.#starts[item]!;
    memo[at + 2] = this.#ends[item]!;
    memo[at + 3] = this.#times[item]!;
    memo[at + 4] = this.#values[item]!;
    if (key === this.#memoCount) this.#memoCount++;
    return true;
  }

  /** A list in a list is no shape of ours. */
  #recall(item: number, key: number): boolean {
    const at = key * 5;
    if (key >= this.#memoCount || this.#memo[at] === LIST) return false;
    this.#kinds[item] = this.#memo[at]!;
    this.#starts[item] = this.#memo[at + 1]!;
    this.#ends[item] = this.#memo[at + 2]!;
    this.#times[item] = this.#memo[at + 3]!;
    this.#values[item] = this.#memo[at + 4]!;
    return true;
  }
}

function doubled(numbers: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(numbers.length * 2);
  larger.set(numbers);
  return larger;
}
