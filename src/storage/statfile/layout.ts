import { crc32 } from "node:zlib";
import type { Mode } from "../plan.ts";
import { MAX_STATISTIC } from "../statistic.ts";
import {
  BITMAP_BYTES,
  FOOTER_BYTES,
  KIND_IMPORTED,
  KIND_PLAIN,
  LANES,
  MAGIC,
  SECTION_BYTES,
  type SectionMeta,
  VERSION,
} from "./format.ts";

/*
 * The frame of a StatFile, piece by piece: each function takes the bytes of one piece and gives what
 * they say, or why they cannot be trusted.
 */

/** Most slots that a section may claim. */
const MAX_SLOTS = 1 << 24;

/** A section and where in the file it lies. */
export interface Section extends SectionMeta {
  lanes: number;
  blocksAt: number;
  blockBytes: number;
  directoryAt: number;
  directoryBytes: number;
  directoryCrc: number;
  groups: number;
}

export interface Footer {
  tableAt: number;
  tableBytes: number;
  tableCrc: number;
  sections: number;
  crc: number;
}

export interface Directory {
  bitmap: Uint8Array;
  /** Lanes present before each 64-bit stretch of the bitmap. */
  ranks: Uint16Array;
  /** Where blocks begin, in the order of their lanes. */
  offsets: Uint32Array;
  groupEnds: Uint32Array;
  groupCrcs: Uint32Array;
}

/** Null for a good header. */
export function headerProblem(bytes: Uint8Array): string | null {
  const view = viewOf(bytes);
  if (!startsWith(bytes, 0, MAGIC)) return "it is no StatFile";
  const version = view.getUint16(8, true);
  if (version !== VERSION) return `version ${version} is not known to this program`;
  return crc32(bytes.subarray(0, 60)) === view.getUint32(60, true) ? null : "bad header";
}

/** `size` is that of the file. */
export function parseFooter(bytes: Uint8Array, size: number): Footer | string {
  const view = viewOf(bytes);
  const footer: Footer = {
    tableAt: getU53(view, 0),
    tableBytes: view.getUint32(8, true),
    tableCrc: view.getUint32(12, true),
    sections: view.getUint32(16, true),
    crc: view.getUint32(44, true),
  };
  const isSane =
    crc32(bytes.subarray(0, 44)) === footer.crc &&
    startsWith(bytes, 36, MAGIC) &&
    footer.sections * SECTION_BYTES === footer.tableBytes &&
    footer.tableAt + footer.tableBytes === size - FOOTER_BYTES;
  return isSane ? footer : "bad footer";
}

/** The section at `at` of the section table, which begins at `tableAt` of the file. */
export function parseSection(table: Uint8Array, at: number, tableAt: number): Section | string {
  const view = viewOf(table);
  const section: Section = {
    plan: view.getUint32(at, true),
    mode: view.getUint8(at + 4) as Mode,
    tier: view.getUint8(at + 5),
    mask: view.getUint16(at + 8, true),
    shard: view.getUint32(at + 12, true),
    step: view.getFloat64(at + 16, true),
    baseStep: view.getFloat64(at + 24, true),
    firstSlot: view.getFloat64(at + 32, true),
    slots: view.getUint32(at + 40, true),
    lanes: view.getUint32(at + 44, true),
    lsnFirst: getU53(view, at + 48),
    lsnLast: getU53(view, at + 56),
    blocksAt: getU53(view, at + 64),
    blockBytes: getU53(view, at + 72),
    directoryAt: getU53(view, at + 80),
    directoryBytes: view.getUint32(at + 88, true),
    directoryCrc: view.getUint32(at + 92, true),
    groups: view.getUint32(at + 96, true),
  };
  const kind = view.getUint8(at + 6);
  const statistic = view.getUint8(at + 7);
  if (kind === KIND_IMPORTED && statistic <= MAX_STATISTIC) {
    section.statistic = statistic;
  } else if (kind !== KIND_PLAIN || statistic !== 0) {
    return "a section of an unknown kind";
  }
  const isSane =
    section.slots <= MAX_SLOTS &&
    section.lanes <= LANES &&
    section.step > 0 &&
    section.blocksAt + section.blockBytes <= section.directoryAt &&
    section.directoryAt + section.directoryBytes <= tableAt &&
    section.directoryBytes === BITMAP_BYTES + section.lanes * 4 + section.groups * 8;
  return isSane ? section : "bad section table";
}

export function parseDirectory(bytes: Uint8Array, section: Section): Directory | string {
  if (crc32(bytes) !== section.directoryCrc) return "bad directory";
  const view = viewOf(bytes);
  const bitmap = bytes.slice(0, BITMAP_BYTES);
  const ranks = new Uint16Array(LANES / 64);
  let lanes = 0;
  for (let i = 0; i < BITMAP_BYTES; i++) {
    if (i % 8 === 0) ranks[i / 8] = lanes;
    lanes += bitCount(bitmap[i]!);
  }
  if (lanes !== section.lanes) return "bad directory";
  const offsets = new Uint32Array(lanes);
  for (let i = 0; i < lanes; i++) offsets[i] = view.getUint32(BITMAP_BYTES + i * 4, true);
  const groupEnds = new Uint32Array(section.groups);
  const groupCrcs = new Uint32Array(section.groups);
  for (let i = 0; i < section.groups; i++) {
    const at = BITMAP_BYTES + lanes * 4 + i * 8;
    groupEnds[i] = view.getUint32(at, true);
    groupCrcs[i] = view.getUint32(at + 4, true);
  }
  return { bitmap, ranks, offsets, groupEnds, groupCrcs };
}

export function bitCount(byte: number): number {
  let bits = byte;
  bits -= (bits >> 1) & 0x55;
  bits = (bits & 0x33) + ((bits >> 2) & 0x33);
  return (bits + (bits >> 4)) & 0x0f;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function getU53(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
}

function startsWith(bytes: Uint8Array, at: number, text: Uint8Array): boolean {
  return text.every((byte, i) => bytes[at + i] === byte);
}
