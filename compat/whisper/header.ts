import {
  ARCHIVE_BYTES,
  HEADER_BYTES,
  MAX_ARCHIVES,
  METHODS,
  POINT_BYTES,
  type WhisperArchive,
  type WhisperHeader,
} from "./format.ts";

/** What go-carbon writes at the beginning of a file that it has compressed. */
const GO_CARBON_COMPRESSED = Buffer.from("whisper_compressed");
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);
/** Of a header with this many archives the bytes are asked for first. */
export const FIRST_READ_BYTES = HEADER_BYTES + 16 * ARCHIVE_BYTES;

/** How many bytes of a file its header has, as far as the first 16 tell; 0 when it is none. */
export function headerBytes(bytes: Uint8Array): number {
  if (bytes.length < HEADER_BYTES) return 0;
  const archives = viewOf(bytes).getUint32(12);
  return archives > MAX_ARCHIVES ? 0 : HEADER_BYTES + archives * ARCHIVE_BYTES;
}

/**
 * What the beginning of a file of `size` bytes says, or in words why it is no whole whisper file.
 * Nothing is guessed: whisper itself refuses the same files, or fails when it reads them.
 */
export function parseHeader(bytes: Uint8Array, size: number): WhisperHeader | string {
  if (size === 0) return "it is empty";
  if (startsWith(bytes, GO_CARBON_COMPRESSED)) {
    return "it is compressed by go-carbon: convert it with go-carbon's tools to standard whisper first";
  }
  if (startsWith(bytes, GZIP_MAGIC)) return "it is compressed with gzip and not named .wsp.gz";
  if (size < HEADER_BYTES + ARCHIVE_BYTES + POINT_BYTES) return "it is too short";
  const view = viewOf(bytes);
  const method = METHODS[view.getUint32(0) - 1];
  const longestRetention = view.getUint32(4);
  const xFilesFactor = view.getFloat32(8);
  const count = view.getUint32(12);
  if (method === undefined || !(xFilesFactor >= 0 && xFilesFactor <= 1)) {
    return "it is no whisper file";
  }
  if (count === 0 || count > MAX_ARCHIVES) return "it is no whisper file";
  if (bytes.length < HEADER_BYTES + count * ARCHIVE_BYTES) return "it is cut off";
  const archives: WhisperArchive[] = [];
  for (let i = 0; i < count; i++) {
    const at = HEADER_BYTES + i * ARCHIVE_BYTES;
    archives.push({
      offset: view.getUint32(at),
      step: view.getUint32(at + 4),
      points: view.getUint32(at + 8),
    });
  }
  const problem = archivesProblem(archives, size);
  return problem ?? { method, xFilesFactor, longestRetention, archives };
}

function archivesProblem(archives: readonly WhisperArchive[], size: number): string | null {
  let step = 0;
  let end = HEADER_BYTES + archives.length * ARCHIVE_BYTES;
  for (const archive of archives) {
    if (archive.step <= step || archive.points === 0) return "its archives make no sense";
    if (archive.offset < end) return "its archives overlap";
    step = archive.step;
    end = archive.offset + archive.points * POINT_BYTES;
  }
  return end > size ? `it is cut off: ${size} bytes instead of ${end}` : null;
}

/** Seconds that an archive reaches back. */
export function retentionOf({ step, points }: WhisperArchive): number {
  return step * points;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function startsWith(bytes: Uint8Array, text: Uint8Array): boolean {
  return bytes.length >= text.length && text.every((byte, i) => bytes[i] === byte);
}
