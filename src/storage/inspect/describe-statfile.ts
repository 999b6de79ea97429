import type { FileId, FileSystem } from "../environment.ts";
import type { Mode } from "../plan.ts";
import { BlockColumns } from "../statfile/block.ts";
import type { Section } from "../statfile/layout.ts";
import { StatFileReader } from "../statfile/reader.ts";
import { reasonOf } from "./file-access.ts";
import type { Fault } from "./findings.ts";
import { countSeries, lanesOf, readFrame } from "./statfile-frame.ts";

export interface StatFileDescription {
  kind: "statfile";
  file: string;
  bytes: number;
  /** Series with a block in it. */
  series: number | null;
  points: number;
  faults: Fault[];
  sections: SectionDescription[];
}

export interface SectionDescription {
  plan: number;
  mode: Mode;
  tier: number;
  step: number;
  baseStep: number;
  shard: number;
  firstSlot: number;
  slots: number;
  /** Its slots start in [from, until), seconds. */
  from: number;
  until: number;
  lsnFirst: number;
  lsnLast: number;
  lanes: number;
  groups: number;
  /** Where its blocks begin. */
  offset: number;
  /** Of blocks and directory. */
  bytes: number;
  /** Slots of series that hold something, as far as they can be read. */
  points: number;
}

/** What is in one StatFile; damaged pieces are named and left out. */
export function describeStatFile(files: FileSystem, path: string): StatFileDescription {
  const file = files.openRead(path);
  try {
    return describe(files, path, file);
  } finally {
    files.close(file);
  }
}

function describe(files: FileSystem, path: string, file: FileId): StatFileDescription {
  const frame = readFrame(files, file, null);
  const faults = [...frame.fileFaults, ...frame.sectionFaults.values()];
  const reader = frame.fileFaults.length > 0 ? null : StatFileReader.open(files, path);
  try {
    const sections = frame.sections.map(({ section, directory }, index) => {
      const lanes = directory === null ? [] : lanesOf(directory);
      const points = reader === null ? 0 : countPoints(reader, path, index, section, lanes, faults);
      return describeSection(section, points);
    });
    return {
      kind: "statfile",
      file: path,
      bytes: frame.size,
      series: countSeries(frame),
      points: sections.reduce((sum, { points }) => sum + points, 0),
      faults,
      sections,
    };
  } finally {
    reader?.close();
  }
}

function describeSection(section: Section, points: number): SectionDescription {
  const { plan, mode, tier, step, baseStep, shard, firstSlot, slots, lsnFirst, lsnLast } = section;
  const { lanes, groups, blocksAt, blockBytes, directoryBytes } = section;
  return {
    plan,
    mode,
    tier,
    step,
    baseStep,
    shard,
    firstSlot,
    slots,
    from: firstSlot * step,
    until: (firstSlot + slots) * step,
    lsnFirst,
    lsnLast,
    lanes,
    groups,
    offset: blocksAt,
    bytes: blockBytes + directoryBytes,
    points,
  };
}

/** Adds the first block that cannot be read to `faults`. */
function countPoints(
  reader: StatFileReader,
  path: string,
  index: number,
  { slots, blocksAt }: Section,
  lanes: readonly number[],
  faults: Fault[],
): number {
  const columns = new BlockColumns(slots);
  let points = 0;
  let isWhole = true;
  for (const lane of lanes) {
    try {
      reader.readColumns(index, lane, columns);
    } catch (error) {
      if (isWhole) faults.push({ offset: blocksAt, what: reasonOf(error, path) });
      isWhole = false;
      continue;
    }
    for (let slot = 0; slot < slots; slot++) if (columns.count[slot]! > 0) points++;
  }
  return points;
}
