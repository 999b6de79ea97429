import { closeSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { ForeignFileError, READ } from "../foreign-file.ts";
import { POINT_BYTES, type WhisperHeader } from "./format.ts";
import { FIRST_READ_BYTES, headerBytes, parseHeader } from "./header.ts";

/** A file that is not imported, and why. */
export class WhisperFileError extends ForeignFileError {
  override name = "WhisperFileError";
}

/** Bytes that a `.wsp.gz` may have unpacked. */
const MAX_UNPACKED_BYTES = 1 << 30;
/** Points that are read at a time. */
const CHUNK_POINTS = 1 << 14;

const chunk = new Uint8Array(CHUNK_POINTS * POINT_BYTES);
const chunkView = new DataView(chunk.buffer);

/**
 * An open whisper file, read with positional reads while others may write into it. A file whose
 * name ends in `.gz` is unpacked into memory.
 */
export class WhisperFile {
  readonly header: WhisperHeader;
  /** Of each archive: the interval in its first place, which tells where all others are; 0 for none. */
  readonly #bases: number[];
  readonly #read: (into: Uint8Array, position: number) => number;
  readonly #close: () => void;

  /**
   * @throws WhisperFileError when it is no whole whisper file
   * @throws Error when it cannot be read
   */
  static open(path: string, maxUnpackedBytes = MAX_UNPACKED_BYTES): WhisperFile {
    if (path.endsWith(".gz")) return WhisperFile.of(unpack(path, maxUnpackedBytes));
    const file = openSync(path, READ);
    try {
      const stat = fstatSync(file);
      if (!stat.isFile()) throw new WhisperFileError("it is no file");
      return new WhisperFile(
        stat.size,
        (into, position) => readSync(file, into, 0, into.length, position),
        () => closeSync(file),
      );
    } catch (error) {
      closeSync(file);
      throw error;
    }
  }

  /** A file that is in memory. @throws WhisperFileError */
  static of(bytes: Uint8Array): WhisperFile {
    return new WhisperFile(
      bytes.length,
      (into, position) => {
        const piece = bytes.subarray(position, position + into.length);
        into.set(piece);
        return piece.length;
      },
      () => {},
    );
  }

  private constructor(
    size: number,
    read: (into: Uint8Array, position: number) => number,
    close: () => void,
  ) {
    this.#read = read;
    this.#close = close;
    let first = new Uint8Array(Math.min(size, FIRST_READ_BYTES));
    first = first.subarray(0, read(first, 0));
    const needed = Math.min(size, headerBytes(first));
    if (needed > first.length) {
      first = new Uint8Array(needed);
      first = first.subarray(0, read(first, 0));
    }
    const header = parseHeader(first, size);
    if (typeof header === "string") throw new WhisperFileError(header);
    this.header = header;
    this.#bases = header.archives.map(({ offset }) => {
      this.#readPoints(offset, 1);
      return chunkView.getUint32(0);
    });
  }

  /**
   * Fills `values` with what an archive holds of the intervals number `firstSlot` (floor(t / step))
   * and those after it; NaN where it has none. There may be more of them than the archive has
   * places: then all but the one that is in a place are gaps. Returns how many are known.
   */
  read(archive: number, firstSlot: number, values: Float64Array): number {
    const { offset, step, points } = this.header.archives[archive]!;
    values.fill(Number.NaN);
    const base = this.#bases[archive]!;
    if (base === 0) return 0;
    let known = 0;
    for (let at = 0; at < values.length; ) {
      // Where an interval would be: counted from the base, round and round.
      const distance = Math.floor(((firstSlot + at) * step - base) / step);
      const place = distance - Math.floor(distance / points) * points;
      const count = Math.min(CHUNK_POINTS, points - place, values.length - at);
      this.#readPoints(offset + place * POINT_BYTES, count);
      let expected = (firstSlot + at) * step;
      for (let i = 0; i < count; i++, expected += step) {
        // Another time in the place: what was there once round before, or nothing yet.
        if (chunkView.getUint32(i * POINT_BYTES) !== expected) continue;
        const value = chunkView.getFloat64(i * POINT_BYTES + 4);
        values[at + i] = value;
        if (!Number.isNaN(value)) known++;
      }
      at += count;
    }
    return known;
  }

  close(): void {
    this.#close();
  }

  #readPoints(position: number, points: number): void {
    const bytes = chunk.subarray(0, points * POINT_BYTES);
    if (this.#read(bytes, position) !== bytes.length) throw new WhisperFileError("it is cut off");
  }
}

function unpack(path: string, maxOutputLength: number): Uint8Array {
  const file = openSync(path, READ);
  let packed: Uint8Array;
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) throw new WhisperFileError("it is no file");
    if (stat.size > maxOutputLength) throw new WhisperFileError("it is too large");
    packed = readFileSync(file);
  } finally {
    closeSync(file);
  }
  try {
    return gunzipSync(packed, { maxOutputLength });
  } catch (error) {
    throw new WhisperFileError(
      `it cannot be unpacked: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
