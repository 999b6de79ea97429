import { closeSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import {
  ARCHIVE_BYTES,
  HEADER_BYTES,
  METHODS,
  POINT_BYTES,
  type WhisperArchive,
  type WhisperMethod,
} from "./format.ts";

/** What a file is to hold; steps ascend, and each archive reaches further back than the one before. */
export interface WhisperContents {
  method: WhisperMethod;
  xFilesFactor: number;
  archives: readonly Omit<WhisperArchive, "offset">[];
}

/** The newest points of an archive: values[i] is that of interval number `firstSlot + i`, NaN for none. */
export interface ArchiveValues {
  firstSlot: number;
  values: Float64Array;
}

const CHUNK_POINTS = 1 << 14;

/** Times that a point can have: it is a u32, and 0 is that of an empty place. */
const MAX_TIME = 2 ** 32 - 1;

/**
 * Writes a file under a temporary name and renames it, so that no reader sees half of it.
 * `valuesOf` is asked for one archive after the other; there are at most as many values as the
 * archive has points.
 */
export function writeWhisper(
  path: string,
  contents: WhisperContents,
  valuesOf: (archive: number) => ArchiveValues,
): void {
  const temporary = `${path}.tmp`;
  const file = openSync(temporary, "w");
  try {
    writeSync(file, headerOf(contents));
    contents.archives.forEach((archive, i) => {
      for (const bytes of archiveChunks(archive, valuesOf(i))) writeSync(file, bytes);
    });
  } catch (error) {
    closeSync(file);
    rmSync(temporary, { force: true });
    throw error;
  }
  closeSync(file);
  renameSync(temporary, path);
}

/** The bytes of a whole file: for small ones. */
export function whisperBytes(
  contents: WhisperContents,
  valuesOf: (archive: number) => ArchiveValues,
): Uint8Array {
  const pieces: Uint8Array[] = [headerOf(contents)];
  contents.archives.forEach((archive, i) => {
    for (const bytes of archiveChunks(archive, valuesOf(i))) pieces.push(bytes.slice());
  });
  return Buffer.concat(pieces);
}

function headerOf({ method, xFilesFactor, archives }: WhisperContents): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + archives.length * ARCHIVE_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, METHODS.indexOf(method) + 1);
  view.setUint32(4, Math.max(...archives.map(({ step, points }) => step * points)));
  view.setFloat32(8, xFilesFactor);
  view.setUint32(12, archives.length);
  let offset = bytes.length;
  archives.forEach(({ step, points }, i) => {
    const at = HEADER_BYTES + i * ARCHIVE_BYTES;
    view.setUint32(at, offset);
    view.setUint32(at + 4, step);
    view.setUint32(at + 8, points);
    offset += points * POINT_BYTES;
  });
  return bytes;
}

/**
 * The points of an archive, a chunk after the other; each is valid until the next. The first place
 * gets the first value that is known, because its time tells where all others are.
 */
function* archiveChunks(
  { step, points }: Omit<WhisperArchive, "offset">,
  { firstSlot, values }: ArchiveValues,
): Generator<Uint8Array> {
  if (values.length > points) throw new RangeError("more values than the archive has points");
  let first = 0;
  while (first < values.length && !isStorable(firstSlot + first, step, values[first]!)) first++;
  const bytes = new Uint8Array(CHUNK_POINTS * POINT_BYTES);
  const view = new DataView(bytes.buffer);
  for (let place = 0; place < points; place += CHUNK_POINTS) {
    const count = Math.min(CHUNK_POINTS, points - place);
    bytes.fill(0, 0, count * POINT_BYTES);
    for (let i = 0; i < count; i++) {
      const at = first + place + i;
      if (at >= values.length) break;
      if (!isStorable(firstSlot + at, step, values[at]!)) continue;
      view.setUint32(i * POINT_BYTES, (firstSlot + at) * step);
      view.setFloat64(i * POINT_BYTES + 4, values[at]!);
    }
    yield bytes.subarray(0, count * POINT_BYTES);
  }
}

function isStorable(slot: number, step: number, value: number): boolean {
  return !Number.isNaN(value) && slot > 0 && slot * step <= MAX_TIME;
}
