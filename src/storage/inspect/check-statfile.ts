import { crc32 } from "node:zlib";
import type { FileId, FileSystem } from "../environment.ts";
import type { FileEntry } from "../manifest.ts";
import { BlockColumns } from "../statfile/block.ts";
import { LANES } from "../statfile/format.ts";
import type { Section } from "../statfile/layout.ts";
import { StatFileReader } from "../statfile/reader.ts";
import type { Definitions } from "./definitions.ts";
import { reasonOf } from "./file-access.ts";
import type { Fault, Findings, Loss } from "./findings.ts";
import {
  countSeries,
  type FramedSection,
  type Group,
  groupsOf,
  readFrame,
  readPiece,
} from "./statfile-frame.ts";

/** A file that is being checked; no reader takes one whose frame is damaged. */
interface OpenFile {
  /** What findings call it. */
  name: string;
  path: string;
  /** What the manifest says of it. */
  entry: FileEntry;
  file: FileId;
  reader: StatFileReader | null;
}

/** Checks StatFiles to the last block, one after the other, and counts what is whole in them. */
export class StatFileCheck {
  readonly #files: FileSystem;
  readonly #findings: Findings;
  readonly #definitions: Definitions;
  #columns = new BlockColumns(1024);
  statfiles = 0;
  bytes = 0;
  sections = 0;
  blocks = 0;
  /** Slots that hold something. */
  points = 0;

  constructor(files: FileSystem, findings: Findings, definitions: Definitions) {
    this.#files = files;
    this.#findings = findings;
    this.#definitions = definitions;
  }

  /**
   * Checks one file; `name` is what findings call it, `entry` what the manifest says of it.
   *
   * @throws Error of the file system when it cannot be opened
   */
  check(name: string, path: string, entry: FileEntry): void {
    const file = this.#files.openRead(path);
    try {
      const before = this.bytes;
      this.#checkOpen(name, path, file, entry);
      // Pieces that were not reached count as done, too.
      this.#findings.read(Math.max(0, entry.bytes - (this.bytes - before)));
      this.bytes = before + entry.bytes;
      this.statfiles++;
    } finally {
      this.#files.close(file);
    }
  }

  #checkOpen(name: string, path: string, file: FileId, entry: FileEntry): void {
    const frame = readFrame(this.#files, file, entry);
    for (const { offset, what } of frame.fileFaults) {
      this.#findings.lost(name, offset, what, wholeLoss(entry, countSeries(frame)));
    }
    const reader =
      frame.fileFaults.length > 0 ? null : StatFileReader.open(this.#files, path, entry);
    const open: OpenFile = { name, path, entry, file, reader };
    try {
      frame.sections.forEach((framed, index) => {
        const fault = frame.sectionFaults.get(index);
        if (fault !== undefined) {
          const loss = sectionLoss(framed.section, entry, framed.section.lanes);
          this.#findings.lost(name, fault.offset, fault.what, loss);
        }
        this.#checkMeaning(open, framed);
        this.#checkBlocks(open, framed, index);
        this.sections++;
      });
    } finally {
      reader?.close();
    }
  }

  /** Whether readers would find the section where they look for it. */
  #checkMeaning({ name, entry }: OpenFile, { section, entryAt }: FramedSection): void {
    const { plan: number, tier, step, mode, shard, firstSlot, slots } = section;
    this.#definitions.usePlan(number);
    const plan = this.#definitions.plans.get(number);
    const wrong: string[] = [];
    if (plan !== undefined) {
      const planned = plan.tiers[tier];
      if (plan.mode !== mode)
        wrong.push(`its mode is ${mode}, that of plan ${number} ${plan.mode}`);
      if (planned === undefined) wrong.push(`plan ${number} has no tier ${tier}`);
      else if (planned.step !== step) {
        wrong.push(`its step is ${step}, that of plan ${number} in tier ${tier} ${planned.step}`);
      } else if (planned.step !== entry.step || planned.retention !== entry.retention) {
        wrong.push(`the manifest files it under another tier than plan ${number} has`);
      }
    }
    if (firstSlot * step < entry.from || (firstSlot + slots) * step > entry.until) {
      wrong.push("it reaches over the time range that the manifest gives");
    }
    if (entry.shard !== null && entry.shard !== shard) {
      wrong.push(`it is of shard ${shard}, the file of ${entry.shard}`);
    }
    if ((section.statistic === undefined) !== (entry.imported === undefined)) {
      wrong.push("one of it and the manifest says that it was imported, the other not");
    }
    if (wrong.length === 0) return;
    const loss = sectionLoss(section, entry, section.lanes);
    this.#findings.lost(name, entryAt, `a section is out of place: ${wrong.join(", ")}`, loss);
  }

  /** Checksums of all blocks; those that are right are decoded, if there is a reader. */
  #checkBlocks(open: OpenFile, { section, directory }: FramedSection, index: number): void {
    if (directory === null) return;
    const bad = new BadBlocks();
    for (const group of groupsOf(section, directory)) {
      for (const lane of group.lanes) this.#definitions.use(section.shard * LANES + lane);
      const bytes = readPiece(this.#files, open.file, group.at, group.bytes);
      if (typeof bytes === "string") bad.add(group, bytes);
      else if (crc32(bytes) !== group.crc) bad.add(group, "the blocks' checksum is wrong");
      else this.#decode(open, group, section.slots, index, bad);
      this.bytes += group.bytes;
      this.#findings.read(group.bytes);
    }
    for (const { offset, what, lanes } of bad.runs) {
      this.#findings.lost(open.name, offset, what, sectionLoss(section, open.entry, lanes));
    }
  }

  #decode(
    { reader, path }: OpenFile,
    group: Group,
    slots: number,
    index: number,
    bad: BadBlocks,
  ): void {
    if (reader === null) return;
    if (this.#columns.length < slots) this.#columns = new BlockColumns(slots);
    const columns = this.#columns;
    for (const lane of group.lanes) {
      try {
        reader.readColumns(index, lane, columns);
      } catch (error) {
        const what = `a block cannot be decoded: ${reasonOf(error, path)}`;
        bad.add({ ...group, lanes: [lane] }, what);
        continue;
      }
      this.blocks++;
      for (let slot = 0; slot < slots; slot++) if (columns.count[slot]! > 0) this.points++;
    }
  }
}

/** Damaged groups of a section; those that follow one another with the same fault count as one. */
class BadBlocks {
  readonly runs: (Fault & { end: number; lanes: number })[] = [];

  add({ at, bytes, lanes }: Group, what: string): void {
    const last = this.runs.at(-1);
    if (last !== undefined && last.what === what && (last.end === at || last.offset === at)) {
      last.end = at + bytes;
      last.lanes += lanes.length;
    } else {
      this.runs.push({ offset: at, end: at + bytes, lanes: lanes.length, what });
    }
  }
}

export function wholeLoss(entry: FileEntry, series: number | null): Loss {
  const { step, retention, from, until } = entry;
  return { step, retention, from, until, series };
}

function sectionLoss(
  { step, firstSlot, slots }: Section,
  { retention }: FileEntry,
  series: number,
): Loss {
  return { step, retention, from: firstSlot * step, until: (firstSlot + slots) * step, series };
}
