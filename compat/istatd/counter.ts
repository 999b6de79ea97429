import { join } from "node:path";
import type { Retention } from "../../src/model/retention.ts";
import { EVENT, GAUGE, MAX_TIERS, type Plan, type Tier } from "../../src/storage/plan.ts";
import { ForeignFileError, reasonOf } from "../foreign-file.ts";
import type { Skip } from "../import/source-tree.ts";
import { AGGREGATE, COLLATED, IstatdBuckets, type IstatdHeader, TRAILING } from "./format.ts";
import { IstatdFile } from "./istatd-file.ts";

/** A file of a counter that was looked at. */
interface Level {
  file: string;
  header: IstatdHeader;
}

/** The levels of a counter, as its folder has them. Its files are closed. */
export interface Counter {
  folder: string;
  /** Finest first; of those of the same interval the one that was written to last. */
  plain: readonly Level[];
  trailing: readonly Level[];
  isEvent: boolean;
}

/** Buckets that are looked at to see whether there is any. */
const LOOK_BUCKETS = 1 << 12;

/**
 * Looks at the files of a counter; null when there is nothing in any of them. What is no StatFile is
 * named and left out.
 *
 * @throws ForeignFileError when no plain level is left
 */
export function lookAt(
  store: string,
  path: string,
  files: readonly string[],
  skip: Skip,
): Counter | null {
  const levels: Level[] = [];
  const problems: [string, string][] = [];
  let isEmpty = true;
  for (const name of files) {
    try {
      const file = IstatdFile.open(join(store, path, name));
      levels.push({ file: name, header: file.header });
      if (isEmpty) isEmpty = hasNothing(file);
      file.close();
    } catch (error) {
      problems.push([name, reasonOf(error)]);
    }
  }
  const [first] = problems;
  if (levels.length === 0 && first !== undefined) {
    throw new ForeignFileError(`${first[0]}: ${first[1]}`);
  }
  for (const [name, reason] of problems) skip(`${path}/${name}`, reason);
  if (isEmpty) return null;
  const [trailing, plain] = [true, false].map((is) =>
    levels.filter(({ header }) => ((header.flags & TRAILING) !== 0) === is).sort(byInterval),
  ) as [Level[], Level[]];
  if (plain.length === 0) throw new ForeignFileError("it has trailing levels only");
  const isEvent = plain.some(({ header }) => (header.flags & (COLLATED | AGGREGATE)) !== 0);
  return { folder: join(store, path), plain, trailing, isEvent };
}

/** The plan of a counter that is new: as it is said, or as much as its files keep. */
export function planOfCounter(
  { plain, trailing, isEvent }: Counter,
  stated: readonly Retention[] | null,
): Plan {
  const tiers: Tier[] = [];
  if (stated === null) {
    for (const { header } of plain) {
      const { interval, pages, pageBytes } = header;
      const retention = ((pages * pageBytes) / 32) * interval;
      const same = tiers.find(({ step }) => step === interval);
      if (same === undefined) tiers.push({ step: interval, retention, lambda: 0 });
      else same.retention = Math.max(same.retention, retention);
    }
  } else {
    for (const { step, seconds, lambda } of stated) {
      tiers.push({ step, retention: seconds, lambda: lambda ?? 0 });
    }
  }
  for (const { header } of trailing) {
    const { interval: step, season: retention, lambda } = header;
    const isThere = tiers.some((one) => one.lambda === lambda && one.retention === retention);
    if (!isThere) tiers.push({ step, retention, lambda });
  }
  return { mode: isEvent ? EVENT : GAUGE, tiers: tiers.slice(0, MAX_TIERS) };
}

/** Opens the plain levels of a counter for as long as `work` runs. @throws like IstatdFile.open */
export function withFiles<T>(counter: Counter, work: (files: readonly IstatdFile[]) => T): T {
  const open: IstatdFile[] = [];
  try {
    for (const { file } of counter.plain) open.push(IstatdFile.open(join(counter.folder, file)));
    return work(open);
  } finally {
    for (const file of open) file.close();
  }
}

/** Parents of counters have files, and mostly nothing in them. */
function hasNothing(file: IstatdFile): boolean {
  if (file.header.totalCount !== 0) return false;
  const { interval } = file.header;
  const [from, until] = file.reach;
  const buckets = new IstatdBuckets(LOOK_BUCKETS);
  for (let slot = from / interval; slot < until / interval; slot += LOOK_BUCKETS) {
    if (file.read(slot, LOOK_BUCKETS, buckets) > 0) return false;
  }
  return true;
}

function byInterval(a: Level, b: Level): number {
  const newest = ({ created, interval, lastIndex }: IstatdHeader): number =>
    created + lastIndex * interval;
  return a.header.interval - b.header.interval || newest(b.header) - newest(a.header);
}
