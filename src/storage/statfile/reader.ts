import { crc32 } from "node:zlib";
import { ByteReader, StatFileError } from "../codec/bytes.ts";
import { decodeColumn } from "../codec/column-codec.ts";
import { ABSMIN, LAST, ONLY } from "../column.ts";
import type { FileId, FileSystem } from "../environment.ts";
import { EVERY_STATISTIC } from "../statistic.ts";
import { type BlockColumns, likelyAbsmin } from "./block.ts";
import {
  FOOTER_BYTES,
  HAS_MASK,
  HEADER_BYTES,
  PRESENCE_MASK,
  PRESENT_ALL,
  PRESENT_BITMAP,
  PRESENT_RANGE,
  SAME_AS_LAST,
  SECTION_BYTES,
} from "./format.ts";
import {
  bitCount,
  type Directory,
  headerProblem,
  parseDirectory,
  parseFooter,
  parseSection,
  type Section,
} from "./layout.ts";

interface OpenDirectory extends Directory {
  /** Groups whose crc was found right. */
  verified: Uint8Array;
}

/**
 * Reads a StatFile with positional reads. Everything is verified on first use: the header and the
 * table when the file is opened, a directory with its section, blocks with their group.
 *
 * All methods throw StatFileError for a damaged file; nothing is guessed, nothing is read out of
 * bounds.
 */
export class StatFileReader {
  readonly sections: readonly Section[];
  readonly #directories: (OpenDirectory | undefined)[] = [];
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
    const problem = headerProblem(this.#read(0, HEADER_BYTES));
    if (problem !== null) this.#fail(problem);
    const footer = parseFooter(this.#read(size - FOOTER_BYTES, FOOTER_BYTES), size);
    if (typeof footer === "string") this.#fail(footer);
    if (expected && expected.footerCrc !== footer.crc) this.#fail("bad footer");
    const table = this.#read(footer.tableAt, footer.tableBytes);
    if (crc32(table) !== footer.tableCrc) this.#fail("bad section table");
    const sections: Section[] = [];
    for (let i = 0; i < footer.sections; i++) {
      const section = parseSection(table, i * SECTION_BYTES, footer.tableAt);
      if (typeof section === "string") this.#fail(section);
      sections.push(section);
    }
    this.sections = sections;
  }

  close(): void {
    this.#files.close(this.#file);
  }

  hasLane(section: number, lane: number): boolean {
    const { bitmap } = this.#directoryOf(section);
    return (bitmap[lane >> 3]! & (1 << (lane & 7))) !== 0;
  }

  /**
   * Writes a series' known values over `into`, whose first element is slot `firstSlot`; false when
   * the section has no such series. Of buckets with several samples the last one is given.
   */
  readValuesInto(section: number, lane: number, firstSlot: number, into: Float64Array): boolean {
    const meta = this.sections[section]!;
    const length = this.#loadBlock(section, lane);
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
    const meta = this.sections[section]!;
    const length = this.#loadBlock(section, lane);
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
    const { statistic } = meta;
    if (statistic !== undefined && mask === ONLY) {
      for (let n = 0; n < known; n++) {
        const slot = this.#slotAt[n]!;
        into.setOnly(slot, statistic, into.last[slot]!, into.slots[slot]!);
      }
      return true;
    }
    into.only.fill(EVERY_STATISTIC, 0, meta.slots);
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
  #loadBlock(index: number, lane: number): number {
    const section = this.sections[index]!;
    const directory = this.#directoryOf(index);
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

  #verifyGroup(section: Section, directory: OpenDirectory, from: number, to: number): void {
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

  #directoryOf(index: number): OpenDirectory {
    const known = this.#directories[index];
    if (known !== undefined) return known;
    const section = this.sections[index]!;
    const directory = parseDirectory(
      this.#read(section.directoryAt, section.directoryBytes),
      section,
    );
    if (typeof directory === "string") this.#fail(directory);
    const opened = { ...directory, verified: new Uint8Array(section.groups) };
    this.#directories[index] = opened;
    return opened;
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
