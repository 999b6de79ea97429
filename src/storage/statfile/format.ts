import type { Mode } from "../plan.ts";

/** The layout of a StatFile; docs/formats/statfile.md draws it. Little-endian throughout. */
export const MAGIC = Uint8Array.from(Buffer.from("STATFILE"));
export const VERSION = 1;
export const HEADER_BYTES = 64;
export const SECTION_BYTES = 128;
export const FOOTER_BYTES = 48;
/** A presence bitmap over the 8,192 series of a shard. */
export const BITMAP_BYTES = 1024;
export const LANES = 8192;
/** Blocks are covered by one crc32 per about this many bytes. */
export const GROUP_BYTES = 1 << 16;
export const GROUP_ENTRY_BYTES = 8;

/** What a block's first byte says; other bits are unknown to this version. */
export const PRESENCE_MASK = 0x03;
export const PRESENT_ALL = 0;
export const PRESENT_RANGE = 1;
export const PRESENT_BITMAP = 2;
/** The block's own column mask follows. */
export const HAS_MASK = 0x80;

/** Column mode of a column that equals LAST. */
export const SAME_AS_LAST = 0xc0;

export const KIND_PLAIN = 0;
/** What was imported from another store: it stands back behind everything that was received. */
export const KIND_IMPORTED = 1;

/** A section: one plan, one shard, one stretch of slots. */
export interface SectionMeta {
  plan: number;
  mode: Mode;
  /** Place of the tier in the plan. */
  tier: number;
  /** Seconds per slot, and of the finest tier when this was written. */
  step: number;
  baseStep: number;
  /** The section holds series shard * 8192 to shard * 8192 + 8191. */
  shard: number;
  /** floor(t / step) of the first slot. */
  firstSlot: number;
  slots: number;
  /** Log positions between which the records in the section lie. */
  lsnFirst: number;
  lsnLast: number;
  /** Columns of a block that names none. */
  mask: number;
  /**
   * Only in a section that was imported: the statistic that its buckets are known by, see
   * statistic.ts. In the finest tier every value is one sample, and this is that of `last`, but for
   * gauges whose buckets are known as a whole.
   */
  statistic?: number;
}
