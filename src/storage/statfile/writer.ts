import { crc32 } from "node:zlib";
import { ByteWriter } from "../codec/bytes.ts";
import { type EncodeColumn, encodeColumn } from "../codec/column-codec.ts";
import { EVERY_STATISTIC } from "../statistic.ts";
import type { BlockColumns } from "./block.ts";
import {
  BITMAP_BYTES,
  FOOTER_BYTES,
  GROUP_BYTES,
  HEADER_BYTES,
  KIND_IMPORTED,
  KIND_PLAIN,
  LANES,
  MAGIC,
  SECTION_BYTES,
  type SectionMeta,
  VERSION,
} from "./format.ts";
import { writeColumns, writeValues } from "./write-block.ts";

export type { SectionMeta } from "./format.ts";

/** Writes a StatFile from front to back: sections, each with its blocks in lane order, and a footer. */
export class StatFileWriter {
  readonly #append: (bytes: Uint8Array) => void;
  readonly #encode: EncodeColumn;
  readonly #table: Uint8Array[] = [];
  /** Blocks of the present group, and everything between groups. */
  readonly #out = new ByteWriter();
  readonly #bitmap = new Uint8Array(BITMAP_BYTES);
  readonly #offsets = new Uint32Array(LANES);
  #lanes = 0;
  #lastLane = -1;
  #groups: { end: number; crc: number }[] = [];
  #section: SectionMeta | null = null;
  /** Offset in the file of the section's first block. */
  #sectionAt = 0;
  /** Bytes of the section's blocks that left the buffer. */
  #flushed = 0;
  #at = 0;

  /** `append` gets the bytes of the file in order; each call's bytes are valid only during it. */
  constructor(append: (bytes: Uint8Array) => void, encode: EncodeColumn = encodeColumn) {
    this.#append = append;
    this.#encode = encode;
    const header = new Uint8Array(HEADER_BYTES);
    header.set(MAGIC);
    const view = new DataView(header.buffer);
    view.setUint16(8, VERSION, true);
    view.setUint16(10, HEADER_BYTES, true);
    view.setUint32(60, crc32(header.subarray(0, 60)), true);
    this.#emit(header);
  }

  beginSection(section: SectionMeta): void {
    if (this.#section !== null) throw new Error("a section is begun inside another");
    this.#section = section;
    this.#sectionAt = this.#at;
    this.#flushed = 0;
    this.#lanes = 0;
    this.#lastLane = -1;
    this.#groups = [];
    this.#bitmap.fill(0);
    this.#out.at = 0;
  }

  /** A block of single values; NaN is an empty slot. Lanes ascend. */
  addValues(lane: number, values: Float64Array): void {
    const slots = this.#beginBlock(lane, values.length);
    writeValues(values, slots, this.#encode, this.#out);
    this.#endBlock();
  }

  /** A block of buckets. */
  addColumns(lane: number, block: BlockColumns): void {
    const { slots } = this.#section!;
    this.#beginBlock(lane, slots);
    const mask = block.neededMask(slots);
    writeColumns(block, slots, mask, this.#section!.mask, this.#encode, this.#out);
    this.#endBlock();
  }

  /** A block as another StatFile has it, of a section with the same slots and mask. */
  copyBlock(lane: number, block: Uint8Array): void {
    this.#beginBlock(lane, this.#section!.slots);
    this.#out.reserve(block.length);
    this.#out.bytes.set(block, this.#out.at);
    this.#out.at += block.length;
    this.#endBlock();
  }

  endSection(): void {
    const section = this.#section;
    if (section === null) throw new Error("no section is begun");
    this.#endGroup();
    const blockBytes = this.#flushed;
    const directory = new Uint8Array(BITMAP_BYTES + this.#lanes * 4 + this.#groups.length * 8);
    const view = new DataView(directory.buffer);
    directory.set(this.#bitmap);
    for (let i = 0; i < this.#lanes; i++) {
      view.setUint32(BITMAP_BYTES + i * 4, this.#offsets[i]!, true);
    }
    this.#groups.forEach((group, i) => {
      const at = BITMAP_BYTES + this.#lanes * 4 + i * 8;
      view.setUint32(at, group.end, true);
      view.setUint32(at + 4, group.crc, true);
    });
    const directoryAt = this.#at;
    this.#emit(directory);
    this.#table.push(
      this.#sectionRecord(section, blockBytes, directoryAt, directory.length, crc32(directory)),
    );
    this.#section = null;
  }

  /** Writes section table and footer. */
  finish(): { bytes: number; footerCrc: number } {
    const table = Buffer.concat(this.#table);
    const tableAt = this.#at;
    this.#emit(table);
    const footer = new Uint8Array(FOOTER_BYTES);
    const view = new DataView(footer.buffer);
    setU53(view, 0, tableAt);
    view.setUint32(8, table.length, true);
    view.setUint32(12, crc32(table), true);
    view.setUint32(16, this.#table.length, true);
    footer.set(MAGIC, 36);
    const footerCrc = crc32(footer.subarray(0, 44));
    view.setUint32(44, footerCrc, true);
    this.#emit(footer);
    return { bytes: this.#at, footerCrc };
  }

  #sectionRecord(
    section: SectionMeta,
    blockBytes: number,
    directoryAt: number,
    directoryBytes: number,
    directoryCrc: number,
  ): Uint8Array {
    const record = new Uint8Array(SECTION_BYTES);
    const view = new DataView(record.buffer);
    view.setUint32(0, section.plan, true);
    view.setUint8(4, section.mode);
    view.setUint8(5, section.tier);
    view.setUint8(6, section.statistic === undefined ? KIND_PLAIN : KIND_IMPORTED);
    view.setUint8(7, section.statistic ?? EVERY_STATISTIC);
    view.setUint16(8, section.mask, true);
    view.setUint32(12, section.shard, true);
    view.setFloat64(16, section.step, true);
    view.setFloat64(24, section.baseStep, true);
    view.setFloat64(32, section.firstSlot, true);
    view.setUint32(40, section.slots, true);
    view.setUint32(44, this.#lanes, true);
    setU53(view, 48, section.lsnFirst);
    setU53(view, 56, section.lsnLast);
    setU53(view, 64, this.#sectionAt);
    setU53(view, 72, blockBytes);
    setU53(view, 80, directoryAt);
    view.setUint32(88, directoryBytes, true);
    view.setUint32(92, directoryCrc, true);
    view.setUint32(96, this.#groups.length, true);
    return record;
  }

  #beginBlock(lane: number, slots: number): number {
    if (lane <= this.#lastLane || lane >= LANES) throw new Error("lanes must ascend");
    if (slots !== this.#section?.slots) throw new Error("a block has other slots than its section");
    this.#lastLane = lane;
    this.#bitmap[lane >> 3] = this.#bitmap[lane >> 3]! | (1 << (lane & 7));
    this.#offsets[this.#lanes++] = this.#flushed + this.#out.at;
    this.#out.reserve(slots * 10 + 64);
    return slots;
  }

  #endBlock(): void {
    if (this.#out.at >= GROUP_BYTES) this.#endGroup();
  }

  #endGroup(): void {
    if (this.#out.at === 0) return;
    const bytes = this.#out.bytes.subarray(0, this.#out.at);
    this.#flushed += bytes.length;
    this.#groups.push({ end: this.#flushed, crc: crc32(bytes) });
    this.#emit(bytes);
    this.#out.at = 0;
  }

  #emit(bytes: Uint8Array): void {
    this.#append(bytes);
    this.#at += bytes.length;
  }
}

function setU53(view: DataView, at: number, value: number): void {
  const number = Number.isFinite(value) ? value : 0;
  view.setUint32(at, number >>> 0, true);
  view.setUint32(at + 4, Math.floor(number / 2 ** 32), true);
}
