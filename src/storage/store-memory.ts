import { Changes } from "./changes.ts";
import { PagePool, PoolView } from "./head/page-pool.ts";
import { StrayLog, type StrayMemory } from "./head/stray-log.ts";
import { HeadWindow, type WindowMemory } from "./head/window.ts";
import { PlanTable } from "./plan.ts";
import { type SeriesMemory, SeriesTable } from "./series-table.ts";

/**
 * All memory that the threads of the store share, reserved once at its maximum: a page that is
 * never touched costs nothing, and a buffer of fixed length is as fast as a private one.
 */
export interface StoreMemory {
  maxSeries: number;
  pool: SharedArrayBuffer;
  plans: SharedArrayBuffer;
  series: SeriesMemory;
  windows: WindowMemory[];
  strays: StrayMemory[];
  /** By series, written by the sealing thread: how full its slots were in the window sealed last. */
  density: SharedArrayBuffer;
  /** By series, written by the sealing thread: 1 + per cent of the slots of a window that were filled. */
  fill: SharedArrayBuffer;
  epochs: SharedArrayBuffer;
  changes: SharedArrayBuffer;
}

/** Windows that can be open, cut or read at the same time. */
const WINDOWS = 12;
const STRAY_LOGS = 4;
export const MAX_READERS = 64;

export function reserveStoreMemory(maxSeries: number, poolPages: number): StoreMemory {
  const plans = PlanTable.reserve();
  return {
    maxSeries,
    pool: PoolView.reserve(poolPages),
    plans,
    series: SeriesTable.reserve(maxSeries, plans),
    windows: Array.from({ length: WINDOWS }, () => HeadWindow.reserve(maxSeries)),
    strays: Array.from({ length: STRAY_LOGS }, () => StrayLog.reserve(maxSeries)),
    density: new SharedArrayBuffer(maxSeries),
    fill: new SharedArrayBuffer(maxSeries),
    epochs: new SharedArrayBuffer((1 + MAX_READERS) * 4),
    changes: Changes.reserve(),
  };
}

/** The shared memory as one thread sees it. */
export class StoreView {
  readonly pool: PoolView;
  readonly plans: PlanTable;
  readonly series: SeriesTable;
  readonly windows: readonly HeadWindow[];
  readonly strays: readonly StrayLog[];
  readonly density: Uint8Array;
  readonly fill: Uint8Array;
  readonly epochs: ReaderEpochs;
  readonly changes: Changes;

  constructor(memory: StoreMemory, pool: PoolView = new PoolView(memory.pool)) {
    this.pool = pool;
    this.plans = new PlanTable(memory.plans);
    this.series = new SeriesTable(memory.series, this.plans);
    this.windows = memory.windows.map((window) => new HeadWindow(window, pool));
    this.strays = memory.strays.map((strays) => new StrayLog(strays, pool));
    this.density = new Uint8Array(memory.density);
    this.fill = new Uint8Array(memory.fill);
    this.epochs = new ReaderEpochs(memory.epochs);
    this.changes = new Changes(memory.changes);
  }
}

/** The view of the thread that owns the head. */
export class OwnedStoreView extends StoreView {
  declare readonly pool: PagePool;
  constructor(memory: StoreMemory) {
    super(memory, new PagePool(memory.pool));
  }
}

/**
 * Says when memory may be used again. The writer advances the epoch after it has unpublished
 * something; a reader pins the epoch while it looks. What was unpublished in epoch e is free once
 * no reader pins an epoch below e.
 */
export class ReaderEpochs {
  readonly #words: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory);
  }

  /** Ends the present epoch; what is unpublished now waits for the returned one. */
  advance(): number {
    return Atomics.add(this.#words, 0, 1) + 1;
  }

  isFree(epoch: number): boolean {
    for (let reader = 1; reader <= MAX_READERS; reader++) {
      const pinned = Atomics.load(this.#words, reader);
      if (pinned !== 0 && pinned - 1 < epoch) return false;
    }
    return true;
  }

  pin(reader: number): void {
    for (;;) {
      const epoch = Atomics.load(this.#words, 0);
      Atomics.store(this.#words, 1 + reader, epoch + 1);
      if (Atomics.load(this.#words, 0) === epoch) return;
    }
  }

  /** Also called on behalf of a reader that died. */
  unpin(reader: number): void {
    Atomics.store(this.#words, 1 + reader, 0);
  }
}
