import type { EncodeColumn } from "../codec/column-codec.ts";
import type { Environment, FileId } from "../environment.ts";
import type { FileEntry } from "../manifest.ts";
import type { Plan, Tier } from "../plan.ts";
import { type SectionMeta, StatFileWriter } from "../statfile/writer.ts";

/** Bytes after which a file that is being written is synced, so that no sync is a long one. */
const SYNC_BYTES = 4 << 20;

interface GroupFile {
  path: string;
  temporary: string;
  folder: string;
  step: number;
  retention: number;
  file: FileId;
  writer: StatFileWriter;
  from: number;
  until: number;
  shard: number | null;
  level: number;
  isRolledUp: boolean;
}

/** What all files of one piece of work have in common. */
export interface FileTraits {
  /** Names the part; unique in its folder together with what `begin` adds. */
  name: string;
  /** Last log position in the files. */
  lsn: number;
  /** See FileEntry; by tier. */
  levelOf: (tier: Tier) => number;
  /** See FileEntry. */
  imported?: number;
  encode: EncodeColumn;
  /** Whether a file of this name (below the root) is live, or is still to be unlinked. */
  isTaken: (file: string) => boolean;
}

/**
 * The StatFiles that one seal, flush or merge makes: at least one for each (step, retention) of the
 * tiers in it, so that retention can remove whole files. They are written under temporary names;
 * `finish` makes them durable and gives what the manifest is to say.
 */
export class SectionFiles {
  readonly #env: Environment;
  readonly #root: string;
  readonly #traits: FileTraits;
  readonly #groups = new Map<string, GroupFile>();

  constructor(env: Environment, root: string, traits: FileTraits) {
    this.#env = env;
    this.#root = root;
    this.#traits = traits;
  }

  /** Begins a section in the file of its tier; sections of another `suffix` have their own file. */
  begin(plan: Plan, section: SectionMeta, suffix = ""): StatFileWriter {
    const tier = plan.tiers[section.tier]!;
    const key = `${tier.step}-${tier.retention}/${suffix}`;
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = this.#create(tier, section.shard, suffix);
      this.#groups.set(key, group);
    }
    group.from = Math.min(group.from, section.firstSlot * section.step);
    group.until = Math.max(group.until, (section.firstSlot + section.slots) * section.step);
    if (group.shard !== section.shard) group.shard = null;
    // Roll-ups are written for all tiers at once; only what they are made of may not be there yet.
    // What is imported brings its coarser tiers along.
    if (
      this.#traits.imported === undefined &&
      section.tier === 0 &&
      plan.tiers.some(({ lambda }, i) => i > 0 && lambda === 0)
    ) {
      group.isRolledUp = false;
    }
    group.writer.beginSection(section);
    return group.writer;
  }

  /** Makes all files durable under their names. */
  finish(): FileEntry[] {
    const { files } = this.#env;
    const { imported } = this.#traits;
    const entries: FileEntry[] = [];
    for (const group of this.#groups.values()) {
      const { bytes, footerCrc } = group.writer.finish();
      files.fdatasync(group.file);
      files.close(group.file);
      files.rename(group.temporary, group.path);
      files.syncFolder(group.folder);
      entries.push({
        file: group.path.slice(this.#root.length + 1),
        step: group.step,
        retention: group.retention,
        from: group.from,
        until: group.until,
        lsn: this.#traits.lsn,
        level: group.level,
        shard: group.shard,
        created: Math.floor(this.#env.clock.wallMs() / 1000),
        isRolledUp: group.isRolledUp,
        ...(imported === undefined ? {} : { imported }),
        bytes,
        footerCrc,
      });
    }
    this.#groups.clear();
    return entries;
  }

  /** Takes back what was begun. */
  abandon(): void {
    for (const group of this.#groups.values()) {
      try {
        this.#env.files.close(group.file);
      } catch {
        // Closed already: finish() failed after it.
      }
      for (const path of [group.temporary, group.path]) {
        if (this.#env.files.exists(path)) this.#env.files.unlink(path);
      }
    }
    this.#groups.clear();
  }

  #create(tier: Tier, shard: number, suffix: string): GroupFile {
    const { files } = this.#env;
    const { name, encode, levelOf, isTaken } = this.#traits;
    const { step, retention } = tier;
    const folder = `${this.#root}/${step}-${retention}`;
    if (!files.exists(folder)) {
      files.makeFolder(folder);
      files.syncFolder(this.#root);
    }
    // Two pieces of work can be as new as each other, and so have one name; a live file is never
    // written over.
    let path = `${folder}/${name}${suffix}.statfile`;
    for (let n = 2; isTaken(path.slice(this.#root.length + 1)); n++) {
      path = `${folder}/${name}${suffix}-${n}.statfile`;
    }
    const temporary = `${path}.tmp`;
    if (files.exists(temporary)) files.unlink(temporary);
    const file = files.create(temporary);
    let unsynced = 0;
    return {
      path,
      temporary,
      folder,
      step,
      retention,
      file,
      writer: new StatFileWriter((bytes) => {
        files.append(file, bytes);
        unsynced += bytes.length;
        if (unsynced > SYNC_BYTES) {
          files.fdatasync(file);
          unsynced = 0;
        }
      }, encode),
      from: Number.POSITIVE_INFINITY,
      until: Number.NEGATIVE_INFINITY,
      shard,
      level: levelOf(tier),
      isRolledUp: true,
    };
  }
}
