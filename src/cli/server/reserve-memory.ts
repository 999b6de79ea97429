import { totalmem } from "node:os";
import type { Logger } from "pino";
import { reserveTagMemory, type TagMemory } from "../../query/tags/tag-memory.ts";
import { PAGE_BYTES } from "../../storage/head/page-pool.ts";
import { NameIndex, type NameIndexMemory } from "../../storage/index/name-index.ts";
import { reserveStoreMemory, type StoreMemory } from "../../storage/store-memory.ts";

const MIN_HEAD_BYTES = 256 << 20;
const MAX_HEAD_BYTES = 8 * 2 ** 30;

/** What the threads share. */
export interface SharedMemory {
  memory: StoreMemory;
  names: NameIndexMemory;
  tags: TagMemory;
}

/** Reserves at the maximum; where the machine refuses that much, at half, and so on. */
export function reserveMemory(maxSeries: number, log: Logger): SharedMemory {
  const headBytes = Math.min(MAX_HEAD_BYTES, Math.max(MIN_HEAD_BYTES, totalmem() * 0.4));
  for (let series = maxSeries, bytes = headBytes; ; series = Math.floor(series / 2), bytes /= 2) {
    try {
      return {
        memory: reserveStoreMemory(series, Math.floor(bytes / PAGE_BYTES)),
        names: NameIndex.reserve(series),
        tags: reserveTagMemory(series),
      };
    } catch (error) {
      if (!(error instanceof RangeError) || series < 1000) throw error;
      log.warn(
        { maxSeries: Math.floor(series / 2) },
        "memory for so many series cannot be reserved",
      );
    }
  }
}
