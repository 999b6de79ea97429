import { formatGeneral } from "../../src/model/python-number.ts";
import { isoTime } from "../../src/model/time-text.ts";
import { BUCKET_BYTES, IstatdBuckets } from "./format.ts";
import type { IstatdFile } from "./istatd-file.ts";

const FIELD_WIDTH = 28;
const CHUNK_BUCKETS = 1 << 12;

/** What `istatd_fileinfo FILE` prints of a file. */
export function fileInfo(path: string, { header }: IstatdFile): string {
  const stamp = (seconds: number): string => `${isoTime(seconds)} (${seconds})`;
  const fields: [name: string, value: string | number][] = [
    ["cr_version", header.version],
    ["rd_version", header.readerVersion],
    ["cfg_interval", header.interval],
    ["unit", header.unit],
    ["page_size", header.pageBytes],
    ["page_count", header.pages],
    ["first_bucket", header.firstIndex],
    ["last_bucket", header.lastIndex],
    ["last_time", stamp(header.lastTime)],
    ["cumulative_sum", formatGeneral(header.totalSum)],
    ["cumulative_sum_sq", formatGeneral(header.totalSumSq)],
    ["cumulative_count", header.totalCount],
    ["last_cumulative_clear_time", stamp(header.totalsSince)],
    ["file_create_time", stamp(header.created)],
    ["lambda", formatGeneral(header.lambda)],
    ["season", header.season],
    ["fixed_count", header.fixedCount],
    ["flags", `0x${(header.flags >>> 0).toString(16)}`],
    ["bucketsize", BUCKET_BYTES],
  ];
  return `${path}:\n${fields.map(([name, value]) => `${name.padStart(FIELD_WIDTH)}= ${value}\n`).join("")}`;
}

/**
 * What `istatd_filedump --full FILE` prints: the header, and every place of the ring that holds
 * something, with its number and whether it is of the present round.
 */
export function* fullDump(file: IstatdFile): Generator<string> {
  const { header } = file;
  const fields: [name: string, value: string | number][] = [
    ["magic", String.raw`"istatd 4.0\n\000\365\024\007\000"`],
    ["hdr_size", header.headerBytes],
    ["cfg_interval", header.interval],
    ["cr_version", header.version],
    ["rd_version", header.readerVersion],
    ["page_size", header.pageBytes],
    ["page_count", header.pages],
    ["first_bucket", header.firstIndex],
    ["last_bucket", header.lastIndex],
    ["last_time", `"${isoTime(header.lastTime)}"`],
    ["cumulative_sum", formatGeneral(header.totalSum)],
    ["cumulative_sum_sq", formatGeneral(header.totalSumSq)],
    ["cumulative_count", header.totalCount],
    ["last_cumulative_clear_time", header.totalsSince],
    ["file_create_time", header.created],
    ["flags", header.flags],
  ];
  yield `# Header: Name=Value\n${fields.map(([name, value]) => `${name}=${value}\n`).join("")}`;
  yield "# Valid Bucket Time Sum SumSq Min Max Cnt\n";
  const buckets = new IstatdBuckets(CHUNK_BUCKETS);
  for (let place = 0; place < file.ring; place += CHUNK_BUCKETS) {
    const count = Math.min(CHUNK_BUCKETS, file.ring - place);
    file.readIndexes(place, count, buckets);
    for (let i = 0; i < count; i++) {
      const time = buckets.time[i]!;
      if (time === 0) continue;
      const index = indexOf(file, place + i);
      const numbers = [buckets.sum, buckets.sumSq, buckets.min, buckets.max];
      yield [
        ` ${file.isCurrent(index, time) ? 1 : 0}`,
        String(place + i).padStart(8),
        String(time).padStart(14),
        ...numbers.map((column) => formatGeneral(column[i]!).padStart(12)),
        String(buckets.count[i]!).padStart(8),
      ].join("");
      yield "\n";
    }
  }
}

/** The index that a place of the ring has in the present round. */
function indexOf({ header, ring }: IstatdFile, place: number): number {
  const { lastIndex } = header;
  return lastIndex - ((((lastIndex - place) % ring) + ring) % ring);
}
