import { isWellWritten } from "../checked-lines.ts";
import type { FileSystem } from "../environment.ts";
import { type FileEntry, type Manifest, type ManifestLine, manifestLines } from "../manifest.ts";
import { MANIFEST_FILE, ORPHAN_FOLDER, STATFILE_FOLDER } from "../store-folder.ts";
import { readWholeFile } from "../wal/scan.ts";
import type { Findings } from "./findings.ts";

/** Files that a text names at most. */
const MAX_NAMED = 5;

/**
 * Checks every line of the file. `manifest` is what the good lines say in the end; `isClean` says
 * that the last process ended in good order, so that nothing may be unfinished.
 */
export function checkManifest(
  files: FileSystem,
  folder: string,
  manifest: Manifest,
  isClean: boolean,
  findings: Findings,
): void {
  const path = `${folder}/${MANIFEST_FILE}`;
  if (!files.exists(path)) {
    // A young store has none, and no StatFiles either.
    const count = countStatFiles(files, `${folder}/${STATFILE_FOLDER}`);
    if (count === 0) return;
    const cost = `none of the ${count} StatFiles counts; the next start moves them to ${ORPHAN_FOLDER}`;
    findings.problem(MANIFEST_FILE, 0, "the file is missing", cost);
    return;
  }
  const bytes = readWholeFile(files, path);
  for (const line of manifestLines(bytes)) {
    const { offset, isCutOff, transaction } = line;
    if (isCutOff) {
      const what = "the last line is cut off";
      if (isClean) findings.problem(MANIFEST_FILE, offset, what, costOf(line, manifest));
      else findings.note(`${MANIFEST_FILE} at ${offset}: ${what}, as a crash leaves it`);
    } else if (transaction === null) {
      findings.problem(
        MANIFEST_FILE,
        offset,
        "the line's checksum is wrong",
        costOf(line, manifest),
      );
    } else if (!isWellWritten(line.bytes)) {
      findings.problem(
        MANIFEST_FILE,
        offset,
        "the line does not begin with eight digits and a blank",
        "nothing is lost: what follows is whole",
      );
    }
  }
  findings.read(bytes.length);
}

function countStatFiles(files: FileSystem, root: string): number {
  let count = 0;
  for (const group of files.list(root)) {
    for (const name of files.list(`${root}/${group}`)) if (name.endsWith(".statfile")) count++;
  }
  return count;
}

/** What a bad line said, as far as its text still tells. */
function costOf({ bytes }: ManifestLine, manifest: Manifest): string {
  const text = Buffer.from(bytes).toString("utf8");
  // What a later line has removed is missed by nobody.
  const added = filesIn(text, "add").filter(
    (file) => !manifest.has(file) && !manifest.wasRemoved(file),
  );
  const removed = filesIn(text, "remove").filter((file) => manifest.has(file));
  const costs: string[] = [];
  if (added.length > 0) costs.push(`the StatFiles that it adds do not count: ${listed(added)}`);
  if (removed.length > 0) costs.push(`the StatFiles that it removes count: ${listed(removed)}`);
  return costs.length > 0 ? costs.join("; ") : "what it said does not count";
}

function filesIn(text: string, key: "add" | "remove"): string[] {
  try {
    const found = (JSON.parse(text.slice(9)) as Record<string, unknown>)[key];
    if (!Array.isArray(found)) return [];
    const names = found.map((entry: FileEntry | string) =>
      typeof entry === "string" ? entry : entry.file,
    );
    return names.filter((name) => typeof name === "string");
  } catch {
    const pattern = key === "add" ? /"file":"([^"]+)"/g : /[[,]"([^"]+\.statfile)"/g;
    return [...text.matchAll(pattern)].map(([, file]) => file!);
  }
}

function listed(names: readonly string[]): string {
  const more = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : "";
  return names.slice(0, MAX_NAMED).join(", ") + more;
}
