import type { Environment, FileId } from "../environment.ts";
import type { FileEntry } from "../manifest.ts";
import type { Plan } from "../plan.ts";
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
}

/**
 * The StatFiles that one seal or flush makes: one for each (step, retention) of the plans in it, so
 * that retention can remove whole files. They are written under temporary names; `finish` makes
 * them durable and gives what the manifest is to say.
 */
export class SectionFiles {
  readonly #env: Environment;
  readonly #root: string;
  readonly #name: string;
  readonly #lsn: number;
  readonly #groups = new Map<string, GroupFile>();

  /** `name` names the part; `lsn` is the last log position in it. */
  constructor(env: Environment, root: string, name: string, lsn: number) {
    this.#env = env;
    this.#root = root;
    this.#name = name;
    this.#lsn = lsn;
  }

  /** Begins a section in the file that its plan's finest tier belongs to. */
  begin(plan: Plan, section: SectionMeta): StatFileWriter {
    const tier = plan.tiers[0]!;
    const key = `${tier.step}-${tier.retention}`;
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = this.#create(key, tier.step, tier.retention);
      this.#groups.set(key, group);
    }
    group.from = Math.min(group.from, section.firstSlot * section.step);
    group.until = Math.max(group.until, (section.firstSlot + section.slots) * section.step);
    group.writer.beginSection(section);
    return group.writer;
  }

  /** Makes all files durable under their names. */
  finish(): FileEntry[] {
    const { files } = this.#env;
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
        lsn: this.#lsn,
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

  #create(key: string, step: number, retention: number): GroupFile {
    const { files } = this.#env;
    const folder = `${this.#root}/${key}`;
    if (!files.exists(folder)) {
      files.makeFolder(folder);
      files.syncFolder(this.#root);
    }
    const path = `${folder}/${this.#name}.statfile`;
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
      }),
      from: Number.POSITIVE_INFINITY,
      until: Number.NEGATIVE_INFINITY,
    };
  }
}
