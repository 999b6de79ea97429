import { emptyBucket, setSingle } from "../../src/storage/bucket.ts";
import { CatalogueFile } from "../../src/storage/catalogue-file.ts";
import type { Environment } from "../../src/storage/environment.ts";
import { NameIndex } from "../../src/storage/index/name-index.ts";
import type { FileEntry } from "../../src/storage/manifest.ts";
import { Merger } from "../../src/storage/merge/merger.ts";
import { GAUGE } from "../../src/storage/plan.ts";
import { FileSet } from "../../src/storage/read/file-set.ts";
import { partsBetween } from "../../src/storage/read/parts.ts";
import { type ReadSeries, StoreReader } from "../../src/storage/read/store-reader.ts";
import { TierReader } from "../../src/storage/read/tier-reader.ts";
import { type Recovered, recover } from "../../src/storage/recovery.ts";
import type { Consolidation } from "../../src/storage/roll-up/pick-statistic.ts";
import { Sealer } from "../../src/storage/seal/sealer.ts";
import { BlockColumns } from "../../src/storage/statfile/block.ts";
import { STATFILE_FOLDER, WAL_FOLDER } from "../../src/storage/store-folder.ts";
import { OwnedStoreView, reserveStoreMemory, StoreView } from "../../src/storage/store-memory.ts";
import {
  DEFAULT_WRITER_OPTIONS,
  StoreWriter,
  type StoreWriterOptions,
} from "../../src/storage/store-writer.ts";
import type { ToReader } from "../../src/storage/threads/messages.ts";
import { WalFiles } from "../../src/storage/wal/files.ts";
import { WalRing } from "../../src/storage/wal/ring.ts";

/**
 * The whole store in one thread: the same step machines that the threads loop over, turned by hand.
 */
export class StoreHarness {
  readonly recovered: Recovered;
  readonly view: OwnedStoreView;
  readonly names: NameIndex;
  readonly writer: StoreWriter;
  readonly wal: WalFiles;
  readonly sealer: Sealer;
  readonly merger: Merger;
  readonly catalogue: CatalogueFile;
  readonly reader: StoreReader;
  readonly files: FileSet;
  readonly ring: WalRing;
  /** Frames that the WAL has not been given yet. */
  readonly frames: ({ offset: number; length: number } | "rotate")[] = [];
  readonly broken: string[] = [];
  /** Told what every reader is told. */
  onFiles: (news: ToReader) => void = () => {};

  constructor(
    env: Environment,
    folder: string,
    {
      maxSeries = 1000,
      pages = 4096,
      ringBytes = 1 << 20,
      options = DEFAULT_WRITER_OPTIONS,
    }: {
      maxSeries?: number;
      pages?: number;
      ringBytes?: number;
      options?: StoreWriterOptions;
    } = {},
  ) {
    const memory = reserveStoreMemory(maxSeries, pages);
    const nameMemory = NameIndex.reserve(maxSeries);
    this.view = new OwnedStoreView(memory);
    this.names = new NameIndex(nameMemory);
    this.ring = new WalRing(WalRing.reserve(ringBytes));
    this.recovered = recover(env, folder, this.view, this.names);
    const { format, manifest, replay, walFiles, logEndLsn, catalogueBytes, nextLsn } =
      this.recovered;
    this.wal = new WalFiles(env, `${folder}/${WAL_FOLDER}`, format, walFiles, logEndLsn);
    this.wal.syncExisting();
    this.catalogue = new CatalogueFile(env, folder, catalogueBytes);
    this.catalogue.syncExisting();
    const root = `${folder}/${STATFILE_FOLDER}`;
    this.files = new FileSet(env.files, root, (file, error) =>
      this.broken.push(`${file} ${error.message}`),
    );
    this.files.add(manifest.files);
    const durableLsn = (): number => this.wal.durableLsn;
    this.sealer = new Sealer(env, new StoreView(memory), root, manifest, durableLsn, {
      added: (entries) => {
        this.files.add(entries);
        this.#news(entries, []);
        this.merger.added(entries);
      },
      sealed: (window) => this.writer.sealed(window),
      flushed: (strays) => this.writer.flushed(strays),
    });
    this.merger = new Merger(env, new StoreView(memory), folder, manifest, durableLsn, {
      changed: (added, removed) => {
        this.files.add(added);
        this.files.remove(removed);
        this.#news([...added], [...removed]);
      },
      damaged: (file, error) => this.broken.push(`${file} ${error.message}`),
    });
    this.reader = new StoreReader(new StoreView(memory), this.files, 0, () => {});
    this.writer = new StoreWriter(
      this.view,
      env.clock,
      this.names,
      this.ring,
      {
        frame: (offset, length) => this.frames.push({ offset, length }),
        rotate: () => this.frames.push("rotate"),
        cut: (window) => this.sealer.sealLater(window),
        frozen: (strays) => this.sealer.flushLater(strays),
        catalogue: (frame, lsn) => {
          this.catalogue.append(frame);
          this.writer.catalogued(lsn);
        },
        deleted: (shards) => this.merger.deleted(shards),
        needed: (lsn) => {
          this.wal.needed(lsn);
          manifest.forgetBelow(this.wal.droppedLsn);
        },
      },
      replay,
      options,
    );
    this.writer.start(nextLsn);
  }

  #news(added: readonly FileEntry[], removed: string[]): void {
    this.files.version++;
    this.onFiles({ version: this.files.version, added: [...added], removed });
  }

  /** Gives the WAL one frame; false when there is none. */
  writeFrame(): boolean {
    const next = this.frames.shift();
    if (next === undefined) return false;
    if (next === "rotate") this.wal.rotate();
    else this.wal.write(this.ring.bytes.subarray(next.offset, next.offset + next.length));
    return true;
  }

  sync(): void {
    this.writer.released(this.wal.sync());
  }

  /** Logs, syncs, seals and merges all that is due. */
  settle({ merges = true } = {}): void {
    this.writer.tick();
    for (let turn = 0; turn < 100_000; turn++) {
      while (this.writeFrame());
      this.sync();
      if (this.sealer.step() === "idle" && !(merges && this.mergeStep())) return;
    }
    const { failure, queueLength } = this.sealer;
    throw new Error(
      `the store does not settle: ${queueLength} wait, ${failure?.stack ?? ""}, durable ${this.wal.durableLsn}, log ${this.wal.failure?.stack ?? ""}`,
    );
  }

  /** A step of merging, as the store thread takes it; false when there is nothing to do. */
  mergeStep(): boolean {
    return this.sealer.queueLength === 0 && this.merger.step() === "more";
  }

  read(
    path: string,
    from: number,
    until: number,
    now = until,
    method: Consolidation["method"] = "average",
  ): ReadSeries | null {
    const series = this.names.seriesAt(path);
    if (series < 0) return null;
    const geometry = this.reader.geometry(series, { from, until, now });
    return this.reader.read([series], [geometry], [{ method, xFilesFactor: 0 }])[0] ?? null;
  }

  /** All that a tier keeps of a series; the first bucket is the one that `from` lies in. */
  readBuckets(series: number, tier: number, from: number, until: number): BlockColumns {
    const planNumber = this.view.series.planOf[series]!;
    const { mode, tiers } = this.view.plans.get(planNumber);
    const { step } = tiers[tier]!;
    const firstSlot = Math.floor(from / step);
    const slots = Math.ceil(until / step) - firstSlot;
    const [start, end] = [firstSlot * step, (firstSlot + slots) * step];
    const parts = partsBetween(this.view, this.files, () => {}, start, end);
    const reader = new TierReader(this.view, this.files);
    const columns = new BlockColumns(slots);
    if (tier > 0 || mode === GAUGE) {
      reader.readColumns(series, planNumber, tier, firstSlot, slots, columns, parts);
      return columns;
    }
    const values = new Float64Array(slots).fill(Number.NaN);
    reader.readValues(series, planNumber, firstSlot, values, parts);
    const bucket = emptyBucket();
    values.forEach((value, slot) => {
      if (Number.isNaN(value)) return;
      setSingle(bucket, value);
      columns.set(slot, bucket);
    });
    return columns;
  }

  /** A statistic on the grid of a tier of the present plan, whatever retention says. */
  readTier(
    path: string,
    tier: number,
    from: number,
    until: number,
    consolidation: Consolidation,
  ): ReadSeries | null {
    const series = this.names.seriesAt(path);
    if (series < 0) return null;
    const plan = this.view.series.planOf[series]!;
    const { step } = this.view.plans.get(plan).tiers[tier]!;
    return this.readPlan(path, plan, step, from, until, consolidation);
  }

  /** The same of what a series keeps under one of its plans; `step` is that of a tier. */
  readPlan(
    path: string,
    plan: number,
    step: number,
    from: number,
    until: number,
    consolidation: Consolidation,
  ): ReadSeries {
    const [first, last] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    const stretches = [{ plan, from: first, until: last, answeredAs: plan }];
    const geometry = {
      start: Math.floor(from / step) * step,
      end: Math.ceil(until / step) * step,
      step,
      stretches,
    };
    return this.reader.read([this.names.seriesAt(path)], [geometry], [consolidation])[0]!;
  }
}
