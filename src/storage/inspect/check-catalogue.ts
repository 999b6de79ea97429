import type { FileSystem } from "../environment.ts";
import { CATALOGUE_FILE } from "../store-folder.ts";
import { type ScannedCatalogue, scanCatalogue } from "../wal/scan.ts";
import type { Definitions } from "./definitions.ts";
import { messageOf } from "./file-access.ts";
import type { Findings } from "./findings.ts";

/**
 * Checks every frame of the catalogue. `definitions` knows already what the log defines, and
 * `nextSeries` of the log how many series there are.
 */
export function checkCatalogue(
  files: FileSystem,
  folder: string,
  definitions: Definitions,
  nextSeries: number,
  isClean: boolean,
  findings: Findings,
): void {
  let found: ScannedCatalogue;
  try {
    found = scanCatalogue(files, `${folder}/${CATALOGUE_FILE}`, definitions);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    findings.problem(CATALOGUE_FILE, 0, messageOf(error), "the server does not start");
    return;
  }
  findings.read(found.bytes);
  const missing = definitions.undefinedBelow(Math.max(nextSeries, found.nextSeries));
  const cost =
    missing === 0
      ? "no name is lost: the log or another frame has them; changes of retention may be"
      : `lost: the names of up to ${missing} series, their plans, and changes of retention`;
  if (missing > 0 && !files.exists(`${folder}/${CATALOGUE_FILE}`)) {
    findings.problem(CATALOGUE_FILE, 0, "the file is missing", cost);
  }
  for (const { offset, reason } of found.damage) {
    findings.problem(CATALOGUE_FILE, offset, reason, cost);
  }
  if (found.tail === null) return;
  const { offset, reason, isTorn } = found.tail;
  if (isClean || !isTorn || missing > 0) findings.problem(CATALOGUE_FILE, offset, reason, cost);
  else findings.note(`${CATALOGUE_FILE} at ${offset}: ${reason}, as a crash leaves it`);
}
