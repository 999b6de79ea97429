import type { TimeWindow } from "../render/series-source.ts";
import { OPEN } from "../storage/head/window.ts";
import type { Geometry } from "../storage/read/geometry.ts";
import type { StoreView } from "../storage/store-memory.ts";

/** What an answer depends on: as long as `Footprint.isUnchanged` says so, it is true. Plain data. */
export interface Dependencies {
  /** When it was made, and the first moment at which retention may change it; wall clock, seconds. */
  madeAt: number;
  goodUntil: number;
  names: number;
  reopened: number;
  /** Version of the list of StatFiles. */
  files: number;
  /** What was read of the store: [from, until), seconds; empty where nothing was. */
  from: number;
  until: number;
  /** Pairs of a bucket of `Changes` and its count. */
  touched: Int32Array;
}

/** Answers of more series are not worth watching. */
const MAX_BUCKETS = 20_000;

/**
 * Notes what an answer is made of while it is made. Only answers about closed time have
 * dependencies: all that was read lies before every open window, so that only late datapoints,
 * which are counted by series, can still change it.
 */
export class Footprint {
  readonly #view: StoreView;
  readonly #madeAt: number;
  readonly #names: number;
  readonly #reopened: number;
  readonly #files: number;
  /** Every open window begins here or later. */
  readonly #closedUntil: number;
  readonly #touched = new Map<number, number>();
  #goodUntil = Number.POSITIVE_INFINITY;
  #from = Number.POSITIVE_INFINITY;
  #until = Number.NEGATIVE_INFINITY;
  #isOpen = false;

  /**
   * To be made before anything is looked up; `names` and `files` are the versions of the indexes of
   * names and of the list of StatFiles that are read, or earlier ones.
   */
  constructor(view: StoreView, names: number, files: number, nowSeconds: number) {
    this.#view = view;
    this.#madeAt = nowSeconds;
    this.#names = names;
    this.#reopened = view.changes.reopened;
    this.#files = files;
    // Looked at after `reopened`: a window that opens in between is seen by one or the other.
    this.#closedUntil = closedUntil(view);
  }

  /** To be called before anything of the series is looked at. */
  watch(series: Iterable<number>, window: TimeWindow): void {
    for (const number of series) {
      if (this.#isOpen) return;
      this.#touch(number);
      this.#retentionOf(number, window);
    }
  }

  /** The grids that were read; null for what keeps nothing. */
  reads(geometries: readonly (Geometry | null)[]): void {
    for (const geometry of geometries) {
      if (geometry === null) continue;
      this.#from = Math.min(this.#from, geometry.start);
      this.#until = Math.max(this.#until, geometry.end);
    }
  }

  /** To be called before it is looked at how a series is kept. */
  asksFacts(series: number): void {
    this.#touch(series);
  }

  /** Something is looked at of which it is not noted what it depends on. */
  cannotTell(): void {
    this.#isOpen = true;
  }

  /** What the answer depends on; null when it may change at any moment. */
  get dependencies(): Dependencies | null {
    if (this.#isOpen || this.#until > this.#closedUntil) return null;
    return {
      madeAt: this.#madeAt,
      goodUntil: this.#goodUntil,
      names: this.#names,
      reopened: this.#reopened,
      files: this.#files,
      from: this.#from,
      until: this.#until,
      touched: Int32Array.from([...this.#touched].flat()),
    };
  }

  #touch(series: number): void {
    const { changes } = this.#view;
    const bucket = changes.bucketOf(series);
    // The count from before the first look at it.
    if (this.#touched.has(bucket)) return;
    this.#touched.set(bucket, changes.countOf(bucket));
    if (this.#touched.size > MAX_BUCKETS) this.#isOpen = true;
  }

  /**
   * Retention counts from now, so with time an answer moves to a coarser tier, loses its beginning,
   * and then everything. Until the first such moment of any tier of the series nothing changes.
   */
  #retentionOf(series: number, window: TimeWindow): void {
    const { from, until, now, stepFrom = from } = window;
    if (from > now) {
      this.#isOpen = true;
      return;
    }
    const { series: table } = this.#view;
    const { plans } = table;
    const longest = plans.longest[table.planOf[series]!]!;
    // Each of them: a bucket may reach into the next epoch, and an epoch be answered as another.
    for (const { plan } of table.epochs(series)) {
      const retentions = plans.get(plan).tiers.map(({ retention }) => retention);
      for (const retention of [...retentions, plans.longest[plan]!]) {
        for (const edge of [from, until, stepFrom]) {
          if (edge + retention >= now) {
            this.#goodUntil = Math.min(this.#goodUntil, edge + retention);
          }
        }
      }
    }
    // Its beginning moves with every second.
    if (from < now - longest && until >= now - longest) this.#isOpen = true;
  }
}

/** Whether an answer with these dependencies is still what would be answered now. */
export function isUnchanged(
  { madeAt, goodUntil, names, reopened, touched }: Dependencies,
  view: StoreView,
  index: { readonly version: number },
  nowSeconds: number,
): boolean {
  if (nowSeconds < madeAt || nowSeconds > goodUntil) return false;
  if (index.version !== names || view.changes.reopened !== reopened) return false;
  for (let i = 0; i < touched.length; i += 2) {
    if (view.changes.countOf(touched[i]!) !== touched[i + 1]) return false;
  }
  return true;
}

/** Before this no window is open; -Infinity when that cannot be said. */
function closedUntil(view: StoreView): number {
  let start = Number.POSITIVE_INFINITY;
  for (const window of view.windows) {
    if (window.state === OPEN) start = Math.min(start, window.start);
  }
  return Number.isFinite(start) ? start : Number.NEGATIVE_INFINITY;
}
