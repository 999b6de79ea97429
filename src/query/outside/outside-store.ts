import { createHash } from "node:crypto";
import { OutsideFileError } from "../../../compat/outside-file-error.ts";
import type { AggregationMethod } from "../../model/aggregation.ts";
import type { TagExpression } from "../../model/tag-expression.ts";
import type { FoundNode } from "../../render/series-source.ts";
import { NameIndex } from "../../storage/index/name-index.ts";
import type { Mode, Tier } from "../../storage/plan.ts";
import type { BlockColumns } from "../../storage/statfile/block.ts";
import { TagIndex } from "../tags/tag-index.ts";
import { type OutsideMemory, SCANS, UNNAMED } from "./outside-memory.ts";

/** A series of another system's store, open. Its methods may throw OutsideFileError. */
export interface OutsideSeries {
  readonly mode: Mode;
  /** How it is aggregated, as its own store has it. */
  readonly method: AggregationMethod;
  readonly xFilesFactor: number;
  /** Finest first. */
  readonly tiers: readonly Tier[];
  /** Fills `values` with what a tier holds from a slot on, NaN for none; of REPLACE series. */
  readValues(tier: number, firstSlot: number, values: Float64Array): void;
  /** Fills columns[0..slots). */
  readColumns(tier: number, firstSlot: number, slots: number, columns: BlockColumns): void;
  close(): void;
}

/** The files of another system's store. */
export interface OutsideFiles {
  has(name: string): boolean;
  /**
   * Null when there is nothing, or nothing from `from` on, seconds. `skip` is told of a file of
   * several that cannot be read.
   *
   * @throws OutsideFileError
   */
  open(
    name: string,
    from: number,
    skip: (path: string, reason: string) => void,
  ): OutsideSeries | null;
}

/** Numbers of series of the first such store begin here: those of our own are smaller. */
const FIRST_NUMBER = 2 ** 32;
/** Numbers of series that are known by a hash begin here. */
const FIRST_HASH = 2 ** 52;
/** A tree that is being scanned for the first time holds up questions for so long at most. */
const FIRST_SCAN_MS = 5000;
/** Files that are complained of; beyond that it begins anew. */
const MAX_REPORTED = 10_000;

/** Another system's store as a query thread sees it: names in shared memory, files on the disk. */
export class OutsideStore {
  readonly names: NameIndex;
  readonly tags: TagIndex;
  readonly #firstNumber: number;
  readonly #state: Int32Array;
  readonly #files: OutsideFiles;
  readonly #report: (path: string, reason: string) => void;
  readonly #reported = new Set<string>();
  readonly #begin = performance.now();

  /** `place` tells several such stores apart; `report` is told once of each file that cannot be read. */
  constructor(
    place: number,
    memory: OutsideMemory,
    files: OutsideFiles,
    report: (path: string, reason: string) => void,
  ) {
    this.#firstNumber = FIRST_NUMBER * (place + 1);
    this.names = new NameIndex(memory.names);
    this.tags = TagIndex.shared(this.names, memory.tags);
    this.#state = new Int32Array(memory.state);
    this.#files = files;
    this.#report = report;
  }

  /** Waits until all names are known, for a short time. */
  waitForNames(): void {
    const left = this.#begin + FIRST_SCAN_MS - performance.now();
    if (Atomics.load(this.#state, SCANS) > 0 || left <= 0) return;
    Atomics.wait(this.#state, SCANS, 0, left);
  }

  has(path: string): boolean {
    if (this.names.seriesAt(path) >= 0) return true;
    return this.#isHashed(path);
  }

  /** Nodes that match a pattern, with numbers of their own. */
  find(pattern: string, limit: number): FoundNode[] {
    const found = this.names.find(pattern, limit);
    if (found.length > 0) return found.map((node) => this.#numbered(node));
    if (!this.#isHashed(pattern)) return [];
    const hash = createHash("sha256").update(pattern).digest("hex");
    const series = FIRST_HASH + Number.parseInt(hash.slice(0, 12), 16);
    return [{ path: pattern, isLeaf: true, series }];
  }

  findByTags(expressions: readonly TagExpression[], limit: number): FoundNode[] {
    return this.tags.find(expressions, limit).map((node) => this.#numbered(node));
  }

  /**
   * What `read` makes of a series; null when there is none, when nothing was written to it since
   * `from`, or when its file cannot be read: then that is reported.
   */
  read<T>(path: string, from: number, read: (series: OutsideSeries) => T): T | null {
    let series: OutsideSeries | null = null;
    try {
      series = this.#files.open(path, from, (file, reason) => this.#complain(file, reason));
      return series === null ? null : read(series);
    } catch (error) {
      if (!(error instanceof OutsideFileError)) throw error;
      this.#complain(error.path, error.message);
      return null;
    } finally {
      series?.close();
    }
  }

  #numbered(node: FoundNode): FoundNode {
    return node.isLeaf ? { ...node, series: this.#firstNumber + node.series } : node;
  }

  #complain(path: string, reason: string): void {
    if (this.#reported.has(path)) return;
    if (this.#reported.size >= MAX_REPORTED) this.#reported.clear();
    this.#reported.add(path);
    this.#report(path, reason);
  }

  /** A tagged series whose name nobody can tell from that of its file; but it is there. */
  #isHashed(path: string): boolean {
    return path.includes(";") && this.#state[UNNAMED]! > 0 && this.#files.has(path);
  }
}

/** Whether a leaf is one of our own store. */
export function isOwn(leaf: FoundNode): boolean {
  return leaf.series < FIRST_NUMBER;
}
