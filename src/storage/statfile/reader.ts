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
import { GroupCache } from "./group-cache.ts";
import {
  bitCount,
  type Directory,
  headerProblem,
  parseDirectory,
  parseFooter,
  parseSection,
  type Section,
} from "./layout.ts";

interface Presence {
  first: number;
  known: number;
  /** Columns that the block has. */
  mask: number;
  hasGaps: boolean;
}

/** What a reader that shares no cache keeps of what it reads in order. */
const OWN_CACHE_BYTES = 1 << 20;

interface OpenDirectory extends Directory {
  /** Groups whose crc was found right. */
  verified: Uint8Array;
  /** Key of its first group in the cache. */
  firstKey: number;
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
  readonly #cache: GroupCache;
  readonly #keys: number;
  /** Key of the group that a block was read of last without the group being in the cache. */
  #missed = -1;
  /** A series' block, as `#loadBlock` found it. */
  #block: Uint8Array = new Uint8Array(0);
  /** Where the block found last is among those of its section. */
  #from = 0;
  #to = 0;
  #blockAt = 0;
  #blockEnd = 0;
  #values = new Float64Array(1 << 12);
  #slotAt = new Uint32Array(1 << 12);

  /** `expected` is what the manifest says of the file; one reading thread shares one cache. */
  static open(
    files: FileSystem,
    path: string,
    expected?: { bytes: number; footerCrc: number },
    cache = new GroupCache(OWN_CACHE_BYTES),
  ): StatFileReader {
    const file = files.openRead(path);
    try {
      return new StatFileReader(files, file, path, cache, expected);
    } catch (error) {
      files.close(file);
      throw error;
    }
  }

  private constructor(
    files: FileSystem,
    file: FileId,
    path: string,
    cache: GroupCache,
    expected?: { bytes: number; footerCrc: number },
  ) {
    this.#files = files;
    this.#file = file;
    this.#path = path;
    this.#cache = cache;
    this.#keys = cache.newKeys();
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

  /**
   * Reads everything and compares it with its checksums; gives the bytes that were read after each
   * piece.
   */
  *verify(): Generator<number> {
    for (const [index, section] of this.sections.entries()) {
      const directory = this.#directoryOf(index);
      yield section.directoryBytes;
      let start = 0;
      for (const [group, end] of directory.groupEnds.entries()) {
        this.#readGroup(section, directory, group, start);
        yield end - start;
        start = end;
      }
    }
  }

  hasLane(section: number, lane: number): boolean {
    const { bitmap } = this.#directoryOf(section);
    return (bitmap[lane >> 3]! & (1 << (lane & 7))) !== 0;
  }

  /** Bytes of a series' block; 0 when there is none. */
  blockBytes(section: number, lane: number): number {
    return this.#locate(section, lane) ? this.#to - this.#from : 0;
  }

  /** A series' block as it is in the file, until the next one is read; empty when there is none. */
  block(section: number, lane: number): Uint8Array {
    if (!this.#loadBlock(section, lane)) return new Uint8Array(0);
    return this.#block.subarray(this.#blockAt, this.#blockEnd);
  }

  /**
   * Writes a series' known values over `into`, whose first element is slot `firstSlot`; false when
   * the section has no such series. Of buckets with several samples the last one is given.
   */
  readValuesInto(section: number, lane: number, firstSlot: number, into: Float64Array): boolean {
    const meta = this.sections[section]!;
    if (!this.#loadBlock(section, lane)) return false;
    const reader = new ByteReader(this.#block, this.#blockAt, this.#blockEnd);
    const { first, known, mask, hasGaps } = this.#readPresence(reader, meta);
    if ((mask & LAST) === 0) return true;
    const end = mask === LAST ? this.#blockEnd : this.#columnEnd(reader);
    decodeColumn(this.#block, reader.at, end, this.#values, known);
    const shift = meta.firstSlot - firstSlot;
    if (!hasGaps) {
      const from = Math.max(0, -first - shift);
      const to = Math.min(known, into.length - first - shift);
      if (from < to) into.set(this.#values.subarray(from, to), first + shift + from);
      return true;
    }
    for (let i = 0; i < known; i++) {
      const at = this.#slotAt[i]! + shift;
      if (at >= 0 && at < into.length) into[at] = this.#values[i]!;
    }
    return true;
  }

  /** Fills `into` with a series' buckets, slot by slot of the section. */
  readColumns(section: number, lane: number, into: BlockColumns): boolean {
    const meta = this.sections[section]!;
    if (!this.#loadBlock(section, lane)) return false;
    into.clear(meta.slots);
    const reader = new ByteReader(this.#block, this.#blockAt, this.#blockEnd);
    const presence = this.#readPresence(reader, meta);
    const { known, mask } = presence;
    this.#fillSlots(presence);
    const columns = into.columns().filter(([bit]) => (mask & bit) !== 0);
    columns.forEach(([bit, values], i) => {
      const isLast = i === columns.length - 1;
      const end = isLast ? this.#blockEnd : this.#columnEnd(reader);
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
    if ((mask & LAST) === 0) {
      for (let n = 0; n < known; n++) {
        const slot = this.#slotAt[n]!;
        into.last[slot] = into.sum[slot]! / into.count[slot]!;
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

  /** What of a section's slots a block has: `known` slots from `first` on, or as #slotAt says. */
  #readPresence(reader: ByteReader, section: Section): Presence {
    const { slots } = section;
    if (this.#slotAt.length < slots) {
      this.#slotAt = new Uint32Array(slots);
      this.#values = new Float64Array(slots);
    }
    const flags = reader.byte();
    const kind = flags & PRESENCE_MASK;
    if ((flags & ~(PRESENCE_MASK | HAS_MASK)) !== 0) this.#fail("a block has unknown flags");
    let first = 0;
    let known = 0;
    if (kind === PRESENT_ALL) {
      known = slots;
    } else if (kind === PRESENT_RANGE) {
      first = reader.varint();
      known = reader.varint();
      if (first + known > slots) this.#fail("a block has too many slots");
    } else if (kind === PRESENT_BITMAP) {
      const at = reader.skip((slots + 7) >> 3);
      for (let i = 0; i < slots; i++) {
        if ((this.#block[at + (i >> 3)]! & (1 << (i & 7))) !== 0) this.#slotAt[known++] = i;
      }
    } else {
      this.#fail("a block has unknown flags");
    }
    const mask = (flags & HAS_MASK) !== 0 ? reader.byte() : section.mask;
    return { first, known, mask, hasGaps: kind === PRESENT_BITMAP };
  }

  #fillSlots({ first, known, hasGaps }: Presence): void {
    if (hasGaps) return;
    for (let i = 0; i < known; i++) this.#slotAt[i] = first + i;
  }

  /** Finds a series' block; false when there is none. */
  #loadBlock(index: number, lane: number): boolean {
    const section = this.sections[index]!;
    if (!this.#locate(index, lane)) return false;
    const from = this.#from;
    const to = this.#to;
    const directory = this.#directoryOf(index);
    const group = groupAt(directory, from);
    const start = group === 0 ? 0 : directory.groupEnds[group - 1]!;
    const key = directory.firstKey + group;
    let bytes = this.#cache.get(key);
    // A group is read as a whole to verify it, and when a second block of it is asked for.
    if (bytes === undefined && (directory.verified[group] === 0 || this.#missed === key)) {
      bytes = this.#readGroup(section, directory, group, start);
      this.#cache.set(key, bytes);
    }
    if (bytes !== undefined) {
      if (to - start > bytes.length) this.#fail("bad directory");
      this.#block = bytes;
      this.#blockAt = from - start;
      this.#blockEnd = to - start;
      return true;
    }
    this.#missed = key;
    this.#block = this.#read(section.blocksAt + from, to - from);
    this.#blockAt = 0;
    this.#blockEnd = to - from;
    return true;
  }

  /** Finds where a series' block is among those of its section; false when there is none. */
  #locate(index: number, lane: number): boolean {
    const { blockBytes } = this.sections[index]!;
    const { bitmap, ranks, offsets } = this.#directoryOf(index);
    if ((bitmap[lane >> 3]! & (1 << (lane & 7))) === 0) return false;
    let rank = ranks[lane >> 6]!;
    for (let at = (lane >> 6) * 8; at < lane >> 3; at++) rank += bitCount(bitmap[at]!);
    rank += bitCount(bitmap[lane >> 3]! & ((1 << (lane & 7)) - 1));
    this.#from = offsets[rank]!;
    this.#to = rank + 1 < offsets.length ? offsets[rank + 1]! : blockBytes;
    if (this.#to < this.#from || this.#to > blockBytes) this.#fail("bad directory");
    return true;
  }

  #readGroup(
    section: Section,
    { groupEnds, groupCrcs, verified }: OpenDirectory,
    group: number,
    start: number,
  ): Uint8Array {
    const end = groupEnds[group] ?? 0;
    if (end < start || end > section.blockBytes) this.#fail("bad directory");
    const bytes = this.#read(section.blocksAt + start, end - start);
    if (verified[group] === 0 && crc32(bytes) !== groupCrcs[group]) {
      this.#fail(`the blocks at ${section.blocksAt + start} are damaged`);
    }
    verified[group] = 1;
    return bytes;
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
    const groupsBefore = this.sections.slice(0, index).reduce((sum, { groups }) => sum + groups, 0);
    const opened = {
      ...directory,
      verified: new Uint8Array(section.groups),
      firstKey: this.#keys + groupsBefore,
    };
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

/** The group that holds the block at an offset. */
function groupAt({ groupEnds }: OpenDirectory, from: number): number {
  let low = 0;
  let high = groupEnds.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (groupEnds[middle]! <= from) low = middle + 1;
    else high = middle;
  }
  return low;
}
