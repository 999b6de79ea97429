import { crc32 } from "node:zlib";
import type { FileId, FileSystem } from "../environment.ts";
import {
  BITMAP_BYTES,
  FOOTER_BYTES,
  HEADER_BYTES,
  LANES,
  SECTION_BYTES,
} from "../statfile/format.ts";
import {
  bitCount,
  type Directory,
  type Footer,
  headerProblem,
  parseDirectory,
  parseFooter,
  parseSection,
  type Section,
} from "../statfile/layout.ts";
import { messageOf } from "./file-access.ts";
import type { Fault } from "./findings.ts";

export interface FramedSection {
  section: Section;
  /** Null when it is damaged. */
  directory: Directory | null;
  /** Where in the file the section's entry of the table is. */
  entryAt: number;
}

/** A run of blocks under one checksum. */
export interface Group {
  at: number;
  bytes: number;
  crc: number;
  /** Lanes of its blocks. */
  lanes: number[];
}

/** Everything in a StatFile but the blocks. */
export interface StatFileFrame {
  size: number;
  sections: FramedSection[];
  /** Faults for which a reader refuses the file as a whole. */
  fileFaults: Fault[];
  /** By section: a damaged directory. */
  sectionFaults: Map<number, Fault>;
}

/** Reads what can be read of a StatFile's frame; goes on behind a damaged piece where it can. */
export function readFrame(
  files: FileSystem,
  file: FileId,
  expected: { bytes: number; footerCrc: number } | null,
): StatFileFrame {
  const size = files.size(file);
  const frame: StatFileFrame = { size, sections: [], fileFaults: [], sectionFaults: new Map() };
  const fail = (offset: number, what: string): StatFileFrame => {
    frame.fileFaults.push({ offset, what });
    return frame;
  };
  const wanted = expected?.bytes ?? Math.max(size, HEADER_BYTES + FOOTER_BYTES);
  if (size !== wanted) {
    return fail(Math.min(size, wanted), `it has ${size} bytes instead of ${wanted}`);
  }
  const header = readPiece(files, file, 0, HEADER_BYTES);
  const problem = typeof header === "string" ? header : headerProblem(header);
  if (problem !== null) fail(0, problem);
  const footerAt = size - FOOTER_BYTES;
  const footerBytes = readPiece(files, file, footerAt, FOOTER_BYTES);
  const footer = typeof footerBytes === "string" ? footerBytes : parseFooter(footerBytes, size);
  if (typeof footer === "string") return fail(footerAt, footer);
  if (expected !== null && expected.footerCrc !== footer.crc) {
    return fail(footerAt, "it is not the file that the manifest names: the footer is another");
  }
  const table = readPiece(files, file, footer.tableAt, footer.tableBytes);
  if (typeof table === "string") return fail(footer.tableAt, table);
  if (crc32(table) !== footer.tableCrc) return fail(footer.tableAt, "bad section table");
  readSections(files, file, table, footer, frame);
  return frame;
}

function readSections(
  files: FileSystem,
  file: FileId,
  table: Uint8Array,
  { tableAt, sections }: Footer,
  frame: StatFileFrame,
): void {
  for (let i = 0; i < sections; i++) {
    const entryAt = tableAt + i * SECTION_BYTES;
    const section = parseSection(table, i * SECTION_BYTES, tableAt);
    if (typeof section === "string") {
      frame.fileFaults.push({ offset: entryAt, what: section });
      continue;
    }
    const bytes = readPiece(files, file, section.directoryAt, section.directoryBytes);
    const found = typeof bytes === "string" ? bytes : parseDirectory(bytes, section);
    const directory = typeof found !== "string" && isInOrder(found, section) ? found : null;
    if (directory === null) {
      const what = typeof found === "string" ? found : "the directory is in disorder";
      frame.sectionFaults.set(frame.sections.length, { offset: section.directoryAt, what });
    }
    frame.sections.push({ section, directory, entryAt });
  }
}

/** The bytes of a piece, or why they cannot be had. */
export function readPiece(
  files: FileSystem,
  file: FileId,
  position: number,
  length: number,
): Uint8Array | string {
  try {
    const bytes = new Uint8Array(length);
    return files.readAt(file, bytes, position) === length ? bytes : "the file is cut off";
  } catch (error) {
    return messageOf(error);
  }
}

/** Blocks and groups follow one another, and the groups cover all blocks. */
function isInOrder({ offsets, groupEnds }: Directory, { blockBytes }: Section): boolean {
  const ascends = (list: Uint32Array): boolean =>
    list.every((at, i) => i === 0 || at > list[i - 1]!);
  if (!ascends(offsets) || !ascends(groupEnds)) return false;
  if (offsets.length === 0) return blockBytes === 0 && groupEnds.length === 0;
  const starts = new Set(offsets);
  const startsWithBlock = groupEnds.subarray(0, -1).every((end) => starts.has(end));
  return offsets[0] === 0 && groupEnds.at(-1) === blockBytes && startsWithBlock;
}

export function lanesOf({ bitmap }: Directory): number[] {
  const lanes: number[] = [];
  for (let lane = 0; lane < LANES; lane++) {
    if ((bitmap[lane >> 3]! & (1 << (lane & 7))) !== 0) lanes.push(lane);
  }
  return lanes;
}

export function groupsOf({ blocksAt }: Section, directory: Directory): Group[] {
  const lanes = lanesOf(directory);
  const groups: Group[] = [];
  let start = 0;
  let block = 0;
  directory.groupEnds.forEach((end, i) => {
    const first = block;
    while (block < lanes.length && directory.offsets[block]! < end) block++;
    groups.push({
      at: blocksAt + start,
      bytes: end - start,
      crc: directory.groupCrcs[i]!,
      lanes: lanes.slice(first, block),
    });
    start = end;
  });
  return groups;
}

/** How many series the readable directories name; null when there is none of them. */
export function countSeries({ sections }: StatFileFrame): number | null {
  const shards = new Map<number, Uint8Array>();
  for (const { section, directory } of sections) {
    if (directory === null) continue;
    const all = shards.get(section.shard) ?? new Uint8Array(BITMAP_BYTES);
    directory.bitmap.forEach((byte, i) => {
      all[i] = all[i]! | byte;
    });
    shards.set(section.shard, all);
  }
  if (shards.size === 0) return null;
  let count = 0;
  for (const bitmap of shards.values()) for (const byte of bitmap) count += bitCount(byte);
  return count;
}
