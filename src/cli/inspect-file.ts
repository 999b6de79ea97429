import type { FileSystem } from "../storage/environment.ts";
import { describeDocuments } from "../storage/inspect/describe-documents.ts";
import { describeLog } from "../storage/inspect/describe-log.ts";
import { describeManifest } from "../storage/inspect/describe-manifest.ts";
import { describeStatFile } from "../storage/inspect/describe-statfile.ts";
import { type FileKind, kindOf } from "../storage/inspect/file-kind.ts";
import { readWholeFile } from "../storage/wal/scan.ts";
import { type Description, descriptionLines, recordLine } from "./describe-text.ts";
import { UsageError } from "./exit.ts";
import { jsonText, LineWriter, printAll } from "./output.ts";

/** Prints what is in a file of a store; false when something in it is damaged. */
export async function inspectFile(
  files: FileSystem,
  path: string,
  format: "text" | "json",
  withRecords: boolean,
): Promise<boolean> {
  const kind = kindOf(files, path);
  if (kind === null) throw new UsageError(`${path}: this is no file of a store`);
  if (withRecords && kind !== "log" && kind !== "catalogue") {
    throw new UsageError("--records is for log files and the catalogue");
  }
  if (kind === "facts") {
    await printAll([Buffer.from(readWholeFile(files, path)).toString("utf8")]);
    return true;
  }
  const about = describe(files, path, kind, withRecords ? format : null);
  await printAll(
    format === "json" ? [`${jsonText(about)}\n`] : descriptionLines(about).map((l) => `${l}\n`),
  );
  return about.faults.length === 0;
}

/** `records` is how to print every record on the way, one a line; null for not at all. */
function describe(
  files: FileSystem,
  path: string,
  kind: Exclude<FileKind, "facts">,
  records: "text" | "json" | null,
): Description {
  if (kind === "statfile") return describeStatFile(files, path);
  if (kind === "manifest") return describeManifest(files, path);
  if (kind === "documents") return describeDocuments(files, path);
  if (records === null) return describeLog(files, path, kind);
  const out = new LineWriter();
  const about = describeLog(files, path, kind, (record) =>
    out.line(records === "json" ? jsonText(record) : recordLine(record, kind === "log")),
  );
  out.end();
  return about;
}
