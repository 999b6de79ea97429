import { link, mkdir, readdir, rename, rm, rmdir } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { GraphiteError } from "../../model/errors.ts";
import {
  copyFolder,
  copyLog,
  copyOthers,
  syncPath,
  syncTree,
  writeFormat,
} from "../../storage/snapshot/copy-files.ts";
import type { LinkedStore } from "../../storage/snapshot/link-store.ts";
import { FORMAT_FILE, SNAPSHOT_FOLDER } from "../../storage/store-folder.ts";
import { type LogSync, untilDurable } from "./until-durable.ts";

/** What a snapshot needs of the threads. */
export interface SnapshotThreads extends LogSync {
  /** As long as it is held, no file of the log is dropped. */
  holdLog(isHeld: boolean): void;
  /** Hands over all that has been received; resolves with where the log is then. */
  flush(): Promise<number>;
  /** Links StatFiles, and copies manifest and catalogue, into a folder. */
  linkStore(folder: string): Promise<LinkedStore>;
}

export interface Snapshot extends LinkedStore {
  folder: string;
  seconds: number;
  /** It is on another file system, so that StatFiles were copied. */
  isCopy: boolean;
}

/**
 * Snapshots of the running store: folders on which a server can be started, with everything that
 * was received before the snapshot began. One at a time.
 */
export class Snapshots {
  readonly #folder: string;
  readonly #threads: SnapshotThreads;
  #isRunning = false;

  constructor(folder: string, threads: SnapshotThreads) {
    this.#folder = folder;
    this.#threads = threads;
  }

  /**
   * Makes a snapshot in a folder that is not there yet, or is empty; it appears when it is complete.
   * `progress` is told bytes, where files have to be copied.
   *
   * @throws GraphiteError when the folder cannot be used, or another snapshot is being made
   */
  async take(
    destination: string,
    progress: (done: number, total: number) => void = () => {},
  ): Promise<Snapshot> {
    const target = resolve(destination);
    await this.#checkTarget(target);
    if (this.#isRunning) {
      throw new GraphiteError("ERR_NOT_READY", "another snapshot is being made: try again later");
    }
    this.#isRunning = true;
    const began = performance.now();
    const partial = join(dirname(target), partialName(basename(target)));
    const stage = join(this.#folder, SNAPSHOT_FOLDER);
    try {
      // What a killed server has left.
      for (const left of [partial, stage]) await rm(left, { recursive: true, force: true });
      await mkdir(partial, { recursive: true });
      const isCopy = !(await this.#canLinkTo(partial));
      const linked = await this.#gather(isCopy ? stage : partial);
      if (isCopy) {
        await copyFolder(stage, partial, progress);
        await syncTree(partial);
      }
      await rmdir(target).catch(() => {});
      await rename(partial, target);
      await syncPath(dirname(target));
      const seconds = Math.round(performance.now() - began) / 1000;
      return { ...linked, folder: target, seconds, isCopy };
    } finally {
      this.#isRunning = false;
      for (const left of [partial, stage]) await rm(left, { recursive: true, force: true });
    }
  }

  async #gather(into: string): Promise<LinkedStore> {
    const { holdLog, flush, linkStore } = this.#threads;
    await mkdir(into, { recursive: true });
    await untilDurable(this.#threads, await flush(), "the log cannot be synced: see /health");
    // From here on what is sealed stays in the log as well, so nothing is missed between the two.
    holdLog(true);
    try {
      const linked = await linkStore(into);
      await copyLog(this.#folder, into);
      await copyOthers(this.#folder, into);
      await writeFormat(this.#folder, into, Math.floor(Date.now() / 1000));
      await syncTree(into);
      return linked;
    } finally {
      holdLog(false);
    }
  }

  /** Whether a file can have another name there: only on the same file system. */
  async #canLinkTo(folder: string): Promise<boolean> {
    const probe = join(folder, "probe");
    try {
      await link(join(this.#folder, FORMAT_FILE), probe);
      await rm(probe);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EXDEV") return false;
      throw error;
    }
  }

  async #checkTarget(target: string): Promise<void> {
    const inside = relative(this.#folder, target);
    if (inside === "" || !inside.startsWith("..")) {
      throw mistake(`${target} is in the data directory: name a folder elsewhere`);
    }
    const found = await readdir(target).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return [];
      throw mistake(`${target} cannot be used: ${error.message}`);
    });
    if (found.length > 0) throw mistake(`${target} is there already, and is not empty`);
  }
}

/** Name of a snapshot that is not complete; one that nobody else gives to a folder. */
export function partialName(name: string): string {
  return `.${name}.statite-snapshot`;
}

function mistake(message: string): GraphiteError {
  return new GraphiteError("ERR_PARAMETER", message);
}
