import { NameIndex, type NameIndexMemory } from "../../storage/index/name-index.ts";
import { reserveTagMemory, type TagMemory } from "../tags/tag-memory.ts";

/** What a thread knows of the names of another system's store, shared with those that ask for them. */
export interface OutsideMemory {
  names: NameIndexMemory;
  tags: TagMemory;
  state: SharedArrayBuffer;
}

/** Words of the state. */
export const SCANS = 0;
/** Counts up when anything has come or gone. */
export const VERSION = 1;
/** Files of series whose names are not known: a hash is all that there is of them. */
export const UNNAMED = 2;

/** Files that are known at most: more are left out, and said. */
const MAX_SERIES = 4_000_000;

/** Reserves at the maximum: what is never touched costs nothing. */
export function reserveOutsideMemory(maxSeries: number): OutsideMemory {
  for (let series = Math.min(maxSeries, MAX_SERIES); ; series = Math.floor(series / 2)) {
    try {
      return {
        names: NameIndex.reserve(series),
        tags: reserveTagMemory(series),
        state: new SharedArrayBuffer(16),
      };
    } catch (error) {
      if (!(error instanceof RangeError) || series < 1000) throw error;
    }
  }
}
