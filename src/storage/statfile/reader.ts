import { crc32 } from "node:zlib";
import { ByteReader, StatFileError } from "../codec/bytes.ts";
import { decodeColumn } from "../codec/column-codec.ts";
import { ABSMIN, LAST } from "../column.ts";
import type { FileId, FileSystem } from "../environment.ts";
import type { Mode } from "../plan.ts";
import { type BlockColumns, likelyAbsmin } from "./block.ts";
import {
  BITMAP_BYTES,
  FOOTER_BYTES,
  HAS_MASK,
  HEADER_BYTES,
  KIND_PLAIN,
  LANES,
  MAGIC,
  PRESENCE_MASK,
  PRESENT_ALL,
  PRESENT_BITMAP,
  PRESENT_RANGE,
  SAME_AS_LAST,
  SECTION_BYTES,
  type SectionMeta,
  VERSION,
} from "./format.ts";

interface Section extends SectionMeta {
  lanes: number;
  blocksAt: number;
  blockBytes: number;
  directoryAt: number;
  directoryBytes: number;
  directoryCrc: number;
  groups: number;
  directory: Directory | null;
}

interface Directory {
  bitmap: Uint8Array;
  /** Lanes present before each 64-bit stretch of the bitmap. */
  ranks: Uint16Array;
  offsets: Uint32Array;
  groupEnds: Uint32Array;
  groupCrcs: Uint32Array;
  /** Groups whose crc was found right. */
  verified: Uint8Array;
}

/** Most slots that a section may claim. */
const MAX_SLOTS = 1 << 24;

/**
 * Reads a StatFile with positional reads. Everything is verified on first use: the header and the
 * table when the file is opened, a directory with its section, blocks with their group.
 *
 * All methods throw StatFileError for a damaged file; nothing is guessed, nothing is read out of
 * bounds.
 */
export class StatFileReader {
  readonly sections: readonly SectionMeta[];
  readonly #sections: Section[];
  readonly #files: FileSystem;
  readonly #file: FileId;
  readonly #path: string;
  #block = new Uint8Array(1 << 12);
  #values = new Float64Array(1 << 12);
  #slotAt = new Uint32Array(1 << 12);

  /** `expected` is what the manifest says of the file. */
  static open(
    files: FileSystem,
    path: string,
    expected?: { bytes: number; footerCrc: number },
  ): StatFileReader {
    const file = files.openRead(path);
    try {
      return new StatFileReader(files, file, path, expected);
    } catch (error) {
      files.close(file);
      throw error;
    }
  }

  private constructor(
    files: FileSystem,
    file: FileId,
    path: string,
    expected?: { bytes: number; footerCrc: number },
  ) {
    this.#files = files;
    this.#file = file;
    this.#path = path;
    const size = files.size(file);
    if (size < HEADER_BYTES + FOOTER_BYTES || (expected && expected.bytes !== size)) {
      this.#fail(`it has ${size} bytes instead of ${expected?.bytes ?? "a header and a footer"}`);
    }
    const header = this.#read(0, HEADER_BYTES);
    const head = viewOf(header);
    if (!startsWith(header, 0, MAGIC)) this.#fail("it is no StatFile");
    if (head.getUint16(8, true) !== VERSION) {
      this.#fail(`version ${head.getUint16(8, true)} is not known to this program`);
    }
    if (crc32(header.subarray(0, 60)) !== head.getUint32(60, true)) this.#fail("bad header");
    const footer = this.#read(size - FOOTER_BYTES, FOOTER_BYTES);
    const foot = viewOf(footer);
    const footerCrc = foot.getUint32(44, true);
    if (
      crc32(footer.subarray(0, 44)) !== footerCrc ||
      !startsWith(footer, 36, MAGIC) ||
      (expected && expected.footerCrc !== footerCrc)
    ) {
      this.#fail("bad footer");
    }
    const tableAt = getU53(foot, 0);
    const tableBytes = foot.getUint32(8, true);
    const count = foot.getUint32(16, true);
    if (count * SECTION_BYTES !== tableBytes || tableAt + tableBytes !== size - FOOTER_BYTES) {
      this.#fail("bad footer");
    }
    const table = this.#read(tableAt, tableBytes);
    if (crc32(table) !== foot.getUint32(12, true)) this.#fail("bad section table");
    const view = viewOf(table);
    this.#sections = [];
    for (let i = 0; i < count; i++) {
      this.#sections.push(this.#readSection(view, i * SECTION_BYTES, tableAt));
    }
    this.sections = this.#sections;
  }

  close(): void {
    this.#files.close(this.#file);
  }

  hasLane(section: number, lane: number): boolean {
    const { bitmap } = this.#directoryOf(this.#sections[section]!);
    return (bitmap[lane >> 3]! & (1 << (lane & 7))) !== 0;
  }

  /**
   * Writes a series' known values over `into`, whose first element is slot `firstSlot`; false when
   * the section has no such series. Of buckets with several samples the last one is given.
   */
  readValuesInto(section: number, lane: number, firstSlot: number, into: Float64Array): boolean {
    const meta = this.#sections[section]!;
    const length = this.#loadBlock(meta, lane);
    if (length < 0) return false;
    const reader = new ByteReader(this.#block, 0, length);
    const { known, mask } = this.#readPresence(reader, meta);
    if ((mask & LAST) === 0) return true;
    const end = mask === LAST ? length : this.#columnEnd(reader);
    decodeColumn(this.#block, reader.at, end, this.#values, known);
    const shift = meta.firstSlot - firstSlot;
    for (let i = 0; i < known; i++) {
      const at = this.#slotAt[i]! + shift;
      if (at >= 0 && at < into.length) into[at] = this.#values[i]!;
    }
    return true;
  }

  /** Fills `into` with a series' buckets, slot by slot of the section. */
  readColumns(section: number, lane: number, into: BlockColumns): boolean {
    const meta = this.#sections[section]!;
    const length = this.#loadBlock(meta, lane);
    if (length < 0) return false;
    into.clear(meta.slots);
    const reader = new ByteReader(this.#block, 0, length);
    const { known, mask } = this.#readPresence(reader, meta);
    const columns = into.columns().filter(([bit]) => (mask & bit) !== 0);
    columns.forEach(([bit, values], i) => {
      const isLast = i === columns.length - 1;
      const end = isLast ? length : this.#columnEnd(reader);
      if (bit !== LAST && this.#block[reader.at] === SAME_AS_LAST) {
        for (let n = 0; n < known; n++) values[this.#slotAt[n]!] = into.last[this.#slotAt[n]!]!;
      } else {
        decodeColumn(this.#block, reader.at, end, this.#values, known);
        for (let n = 0; n < known; n++) values[this.#slotAt[n]!] = this.#values[n]!;
      }
      reader.at = end;
    });
    if (mask === LAST) {
      for (let n = 0; n < known; n++) {
        const slot = this.#slotAt[n]!;
        const value = into.last[slot]!;
        into.count[slot] = 1;
        into.slots[slot] = 1;
        into.sum[slot] = value;
        into.min[slot] = value;
        into.max[slot] = value;
        into.m2[slot] = 0;
      }
    }
    if ((mask & ABSMIN) === 0) {
      for (let n = 0; n < known; n++) {
        const slot = this.#slotAt[n]!;
        into.absmin[slot] = likelyAbsmin(into.min[slot]!, into.max[slot]!);
      }
    }
    return true;
  }

  #columnEnd(reader: ByteReader): number {
    const length = reader.varint();
    const end = reader.at + length;
    if (end > reader.end) throw new StatFileError(`${this.#path}: a block is cut off`);
    return end;
  }

  /** Fills #slotAt with the slots that are present. */
  #readPresence(reader: ByteReader, section: Section): { known: number; mask: number } {
    const { slots } = section;
    if (this.#slotAt.length < slots) {
      this.#slotAt = new Uint32Array(slots);
      this.#values = new Float64Array(slots);
    }
    const flags = reader.byte();
    const presence = flags & PRESENCE_MASK;
    if ((flags & ~(PRESENCE_MASK | HAS_MASK)) !== 0) this.#fail("a block has unknown flags");
    let known = 0;
    if (presence === PRESENT_ALL) {
      for (let i = 0; i < slots; i++) this.#slotAt[i] = i;
      known = slots;
    } else if (presence === PRESENT_RANGE) {
      const first = reader.varint();
      known = reader.varint();
      if (first + known > slots) this.#fail("a block has too many slots");
      for (let i = 0; i < known; i++) this.#slotAt[i] = first + i;
    } else if (presence === PRESENT_BITMAP) {
      const at = reader.skip((slots + 7) >> 3);
      for (let i = 0; i < slots; i++) {
        if ((this.#block[at + (i >> 3)]! & (1 << (i & 7))) !== 0) this.#slotAt[known++] = i;
      }
    } else {
      this.#fail("a block has unknown flags");
    }
    const mask = (flags & HAS_MASK) !== 0 ? reader.byte() : section.mask;
    return { known, mask };
  }

  /** Puts a series' block into #block and returns its length; -1 when there is none. */
  #loadBlock(section: Section, lane: number): number {
    const directory = this.#directoryOf(section);
    const { bitmap, ranks, offsets } = directory;
    if ((bitmap[lane >> 3]! & (1 << (lane & 7))) === 0) return -1;
    let rank = ranks[lane >> 6]!;
    for (let at = (lane >> 6) * 8; at < lane >> 3; at++) rank += bitCount(bitmap[at]!);
    rank += bitCount(bitmap[lane >> 3]! & ((1 << (lane & 7)) - 1));
    const from = offsets[rank]!;
    const to = rank + 1 < offsets.length ? offsets[rank + 1]! : section.blockBytes;
    if (to < from || to > section.blockBytes) this.#fail("bad directory");
    this.#verifyGroup(section, directory, from, to);
    const length = to - from;
    if (this.#block.length < length) this.#block = new Uint8Array(length * 2);
    const read = this.#files.readAt(
      this.#file,
      this.#block.subarray(0, length),
      section.blocksAt + from,
    );
    if (read !== length) this.#fail("the file is cut off");
    return length;
  }

  #verifyGroup(section: Section, directory: Directory, from: number, to: number): void {
    const { groupEnds, groupCrcs, verified } = directory;
    let low = 0;
    let high = groupEnds.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (groupEnds[middle]! <= from) low = middle + 1;
      else high = middle;
    }
    if (verified[low] === 1) return;
    const start = low === 0 ? 0 : groupEnds[low - 1]!;
    const end = groupEnds[low] ?? 0;
    if (from < start || to > end || end > section.blockBytes) this.#fail("bad directory");
    const bytes = this.#read(section.blocksAt + start, end - start);
    if (crc32(bytes) !== groupCrcs[low]) {
      this.#fail(`the blocks at ${section.blocksAt + start} are damaged`);
    }
    verified[low] = 1;
  }

  #directoryOf(section: Section): Directory {
    if (section.directory !== null) return section.directory;
    const bytes = this.#read(section.directoryAt, section.directoryBytes);
    if (crc32(bytes) !== section.directoryCrc) this.#fail("bad directory");
    const view = viewOf(bytes);
    const bitmap = bytes.slice(0, BITMAP_BYTES);
    const ranks = new Uint16Array(LANES / 64);
    let lanes = 0;
    for (let i = 0; i < BITMAP_BYTES; i++) {
      if (i % 8 === 0) ranks[i / 8] = lanes;
      lanes += bitCount(bitmap[i]!);
    }
    if (lanes !== section.lanes) this.#fail("bad directory");
    const offsets = new Uint32Array(lanes);
    for (let i = 0; i < lanes; i++) offsets[i] = view.getUint32(BITMAP_BYTES + i * 4, true);
    const groupEnds = new Uint32Array(section.groups);
    const groupCrcs = new Uint32Array(section.groups);
    for (let i = 0; i < section.groups; i++) {
      const at = BITMAP_BYTES + lanes * 4 + i * 8;
      groupEnds[i] = view.getUint32(at, true);
      groupCrcs[i] = view.getUint32(at + 4, true);
    }
    const verified = new Uint8Array(section.groups);
    section.directory = { bitmap, ranks, offsets, groupEnds, groupCrcs, verified };
    return section.directory;
  }

  #readSection(view: DataView, at: number, tableAt: number): Section {
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
      directory: null,
    };
    if (view.getUint8(at + 6) !== KIND_PLAIN) this.#fail("a section of an unknown kind");
    const isSane =
      section.slots <= MAX_SLOTS &&
      section.lanes <= LANES &&
      section.step > 0 &&
      section.blocksAt + section.blockBytes <= section.directoryAt &&
      section.directoryAt + section.directoryBytes <= tableAt &&
      section.directoryBytes === BITMAP_BYTES + section.lanes * 4 + section.groups * 8;
    if (!isSane) this.#fail("bad section table");
    return section;
  }

  #read(position: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    if (this.#files.readAt(this.#file, bytes, position) !== length) {
      this.#fail("the file is cut off");
    }
    return bytes;
  }

  #fail(reason: string): never {
    throw new StatFileError(`${this.#path}: ${reason}`);
  }
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

function bitCount(byte: number): number {
  let bits = byte;
  bits -= (bits >> 1) & 0x55;
  bits = (bits & 0x33) + ((bits >> 2) & 0x33);
  return (bits + (bits >> 4)) & 0x0f;
}
