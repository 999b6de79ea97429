import {
  BUCKET_BYTES,
  HEADER,
  HEADER_BYTES,
  type IstatdHeader,
  MAGIC,
  NAME_BYTES,
  OLDEST_VERSION,
  TRAILING,
  UNIT_BYTES,
  VERSION,
} from "./format.ts";

/** A page is that of some machine's memory. */
const MIN_PAGE_BYTES = 4096;
/** What istatd takes for files that do not say it yet. */
const FIRST_LAMBDA_VERSION = 5;
const OLD_LAMBDA = 0.9;
const OLD_SEASON = 86_400;

/**
 * What the first `HEADER_BYTES` of a file of `size` bytes say, or in words why it is no whole
 * StatFile. Accepted is what istatd accepts, but for files that are shorter than their pages: those
 * it fills with zeros, and what was lost would look like a gap.
 */
export function parseHeader(bytes: Uint8Array, size: number): IstatdHeader | string {
  if (size === 0) return "it is empty";
  if (!MAGIC.every((byte, i) => bytes[i] === byte)) return "it is no StatFile of istatd";
  if (bytes.length < HEADER_BYTES) return "it is cut off: its header is not whole";
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const i32 = (at: number): number => view.getInt32(at, true);
  const i64 = (at: number): number => Number(view.getBigInt64(at, true));
  const f64 = (at: number): number => view.getFloat64(at, true);
  const version = i32(HEADER.version);
  const header: IstatdHeader = {
    headerBytes: i32(HEADER.headerBytes),
    interval: i32(HEADER.interval),
    flags: i32(HEADER.flags),
    version,
    readerVersion: i32(HEADER.readerVersion),
    pageBytes: i64(HEADER.pageBytes),
    pages: i64(HEADER.pages),
    firstIndex: i64(HEADER.firstIndex),
    lastIndex: i64(HEADER.lastIndex),
    lastTime: i64(HEADER.lastTime),
    totalSum: f64(HEADER.totalSum),
    totalSumSq: f64(HEADER.totalSumSq),
    totalCount: i64(HEADER.totalCount),
    totalsSince: i64(HEADER.totalsSince),
    created: i64(HEADER.created),
    unit: textAt(bytes, HEADER.unit, UNIT_BYTES),
    name: textAt(bytes, HEADER.name, NAME_BYTES),
    lambda: version < FIRST_LAMBDA_VERSION ? OLD_LAMBDA : f64(HEADER.lambda),
    season: version < FIRST_LAMBDA_VERSION ? OLD_SEASON : i64(HEADER.season),
    fixedCount: i64(HEADER.fixedCount),
  };
  return problemOf(header, size) ?? header;
}

function problemOf(header: IstatdHeader, size: number): string | null {
  const { headerBytes, interval, version, readerVersion, pageBytes, pages } = header;
  const { firstIndex, lastIndex, created, flags, lambda, season } = header;
  if (readerVersion > VERSION)
    return `only istatd of version ${readerVersion} or later can read it`;
  if (version < OLDEST_VERSION) return `it is of version ${version}, which is not known`;
  if (version === VERSION && headerBytes !== HEADER_BYTES) {
    return `its header has ${headerBytes} bytes instead of ${HEADER_BYTES}`;
  }
  const isSane =
    interval > 0 &&
    pageBytes >= MIN_PAGE_BYTES &&
    pageBytes % BUCKET_BYTES === 0 &&
    pages > 0 &&
    Number.isSafeInteger((pages + 1) * pageBytes) &&
    [firstIndex, lastIndex, created].every((n) => Number.isSafeInteger(n * interval)) &&
    created % interval === 0;
  if (!isSane) return "its header makes no sense";
  const isSeason = season > 0 && Number.isSafeInteger(season);
  if ((flags & TRAILING) !== 0 && !(lambda > 0 && lambda < 1 && isSeason)) {
    return "it is a trailing level without lambda or season";
  }
  const whole = (pages + 1) * pageBytes;
  return whole > size ? `it is cut off: ${size} bytes instead of ${whole}` : null;
}

function textAt(bytes: Uint8Array, at: number, length: number): string {
  const text = Buffer.from(bytes.subarray(at, at + length)).toString("latin1");
  const end = text.indexOf("\0");
  return end < 0 ? text : text.slice(0, end);
}
