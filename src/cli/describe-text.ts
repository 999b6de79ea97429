import { isoTime, spanText } from "../model/time-text.ts";
import type { DocumentsDescription } from "../storage/inspect/describe-documents.ts";
import type { FrameDescription, LogDescription } from "../storage/inspect/describe-log.ts";
import type { ManifestDescription } from "../storage/inspect/describe-manifest.ts";
import type {
  SectionDescription,
  StatFileDescription,
} from "../storage/inspect/describe-statfile.ts";
import type { Fault } from "../storage/inspect/findings.ts";
import type { LogRecord } from "../storage/inspect/log-records.ts";
import type { Mode, Plan } from "../storage/plan.ts";
import { tableLines } from "./table.ts";
import { bytesText, countText } from "./units.ts";

export type Description =
  | StatFileDescription
  | LogDescription
  | ManifestDescription
  | DocumentsDescription;

/** Characters of a document that a line shows. */
const MAX_SHOWN = 100;

const MODES: Record<Mode, string> = { 0: "replace", 1: "gauge", 2: "event" };

/** What is in a file, as lines for people. */
export function descriptionLines(about: Description): string[] {
  return [...contentLines(about), ...about.faults.map(faultLine)];
}

function contentLines(about: Description): string[] {
  if (about.kind === "statfile") return statFileLines(about);
  if (about.kind === "manifest") return manifestLines(about);
  return about.kind === "documents" ? documentLines(about) : logLines(about);
}

export function faultLine({ offset, what }: Fault): string {
  return `damaged at ${offset}: ${what}`;
}

/** Mode and tiers of a plan: `replace, 10s:10d, 5m:1y`. */
export function planText({ mode, tiers }: Plan): string {
  const texts = tiers.map(({ step, retention, lambda }) => {
    const trailing = lambda === 0 ? "" : ` (trailing, lambda ${lambda})`;
    return `${spanText(step)}:${spanText(retention)}${trailing}`;
  });
  return [MODES[mode] ?? `mode ${mode}`, ...texts].join(", ");
}

/** A record of the log with its position; those of a catalogue have none. */
export function recordLine(record: LogRecord, hasPosition: boolean): string {
  const line = `${record.kind} ${recordFields(record)}`.trimEnd();
  return hasPosition ? `${record.lsn} ${line}` : line;
}

function recordFields(record: LogRecord): string {
  switch (record.kind) {
    case "point":
      return `series ${record.series} time ${record.time} value ${numberText(record.value)}`;
    case "bucket": {
      const { count, sum, min, max, last, m2 } = record.bucket;
      const numbers = [count, sum, min, max, last, m2].map(numberText);
      const names = ["count", "sum", "min", "max", "last", "m2"];
      const fields = names.map((name, i) => `${name} ${numbers[i]}`).join(" ");
      return `series ${record.series} time ${record.time} ${fields}`;
    }
    case "plan":
      return `${record.plan} ${planText(record.definition)}`;
    case "series":
      return `${record.series} plan ${record.plan} created ${record.created} ${record.name}`;
    case "epoch":
    case "learned":
      return `series ${record.series} from ${record.from} plan ${record.plan}`;
    case "delete":
      return `series ${record.series.join(" ")}`;
    case "open":
    case "cut":
      return `window class ${record.windowClass} index ${record.index}`;
    case "state":
      return `window class ${record.windowClass} index ${record.index} opened ${record.openLsn}`;
    case "batch": {
      const { sender, number, lines, heard } = record;
      const part = lines === 0 ? "" : ` its first ${lines} lines`;
      return `sender ${sender} number ${number}${part} heard ${heard}`;
    }
    default:
      return "";
  }
}

/** A number that is read back as the same one. */
export function numberText(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

function statFileLines({ file, bytes, series, points, sections }: StatFileDescription): string[] {
  const found = series === null ? "" : `, ${countText(series, "series", "series")}`;
  const density = points > 0 ? `, ${(bytes / points).toFixed(2)} bytes a point` : "";
  return [
    `${file}: StatFile of ${bytesText(bytes)}${found}, ${countText(points, "point")}${density}`,
    ...tableLines(
      "plan mode tier step shard slots from until positions series points bytes bytes/point".split(
        " ",
      ),
      sections.map(sectionRow),
    ),
  ];
}

function sectionRow(section: SectionDescription): string[] {
  const { plan, mode, tier, step, shard, slots, from, until, lsnFirst, lsnLast } = section;
  const { lanes, points, bytes } = section;
  return [
    String(plan),
    MODES[mode] ?? String(mode),
    String(tier),
    spanText(step),
    String(shard),
    String(slots),
    isoTime(from),
    isoTime(until),
    `${lsnFirst} to ${lsnLast}`,
    String(lanes),
    String(points),
    String(bytes),
    points > 0 ? (bytes / points).toFixed(2) : "",
  ];
}

function logLines({ kind, file, bytes, header, frames, records }: LogDescription): string[] {
  const name = kind === "log" ? "log file" : "catalogue";
  const lines = [`${file}: ${name} of ${bytesText(bytes)}, ${countText(frames.length, "frame")}`];
  if (header !== null) {
    const { storeId, timeline, firstLsn, continuesLsn } = header;
    lines.push(
      `store ${storeId}, timeline ${timeline}, positions from ${firstLsn} on, goes on from ${continuesLsn}`,
    );
  }
  lines.push(`records: ${kindsText(records)}`);
  if (kind === "log") return [...lines, ...tableLines(FRAME_HEADINGS, frames.map(frameRow))];
  const headings = ["offset", "bytes", "records"];
  const rows = frames.map((frame) => [
    String(frame.offset),
    String(frame.bytes),
    kindsText(frame.records),
  ]);
  return [...lines, ...tableLines(headings, rows)];
}

const FRAME_HEADINGS = ["offset", "bytes", "positions", "state", "from", "until", "records"];

function frameRow(frame: FrameDescription): string[] {
  const { offset, bytes, firstLsn, records, oldest, newest, hasState } = frame;
  const count = Object.values(records).reduce((sum, n) => sum + n, 0);
  return [
    String(offset),
    String(bytes),
    count === 0 ? `${firstLsn}` : `${firstLsn} to ${firstLsn + count - 1}`,
    hasState ? "state" : "",
    oldest === null ? "" : isoTime(oldest),
    newest === null ? "" : isoTime(newest),
    kindsText(records),
  ];
}

function kindsText(records: LogDescription["records"]): string {
  const texts = Object.entries(records).map(([kind, count]) => `${count} ${kind}`);
  return texts.length === 0 ? "none" : texts.join(", ");
}

function manifestLines(about: ManifestDescription): string[] {
  const { file, bytes, lines, removed, sealedWindows, strayLogs, files } = about;
  const live = files.reduce((sum, entry) => sum + entry.bytes, 0);
  const sick = about.quarantined === 0 ? "" : `, ${about.quarantined} set aside as damaged`;
  return [
    `${file}: manifest of ${bytesText(bytes)}, ${countText(lines, "line")}`,
    `${countText(files.length, "live StatFile")} of ${bytesText(live)}, ${removed} removed${sick}; ` +
      `from the log ${countText(sealedWindows, "window")} and ${countText(strayLogs, "stray log")}`,
    ...tableLines(
      "tier level from until shard position created rolled-up bytes file".split(" "),
      files.map((entry) => [
        `${spanText(entry.step)}:${spanText(entry.retention)}`,
        String(entry.level),
        isoTime(entry.from),
        isoTime(entry.until),
        entry.shard === null ? "any" : String(entry.shard),
        String(entry.lsn),
        isoTime(entry.created),
        entry.isRolledUp ? "yes" : "no",
        String(entry.bytes),
        entry.file,
      ]),
    ),
  ];
}

function documentLines({
  file,
  bytes,
  collection,
  lines,
  documents,
}: DocumentsDescription): string[] {
  return [
    `${file}: ${collection ?? "documents"}, ${bytesText(bytes)}, ${countText(lines, "line")}, ` +
      countText(documents.length, "document"),
    ...tableLines(
      ["key", "bytes", "document"],
      documents.map(({ key, value }) => {
        const text = JSON.stringify(value);
        return [JSON.stringify(key), String(Buffer.byteLength(text)), text.slice(0, MAX_SHOWN)];
      }),
    ),
  ];
}
