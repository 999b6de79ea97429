import type { GivenSeries } from "./memory-source.ts";

/**
 * Scripts that say what a render function answers, for anyone to read:
 *
 *     # Gaps stay gaps.
 *     load 60s
 *       web.hits                1  2   _  4
 *
 *     eval scale(web.hits, 0.50)
 *       scale(web.hits,0.5)   0.5  1   _  2
 *
 *     fail scale(web.hits)
 *       needs factor
 *
 * `load STEP [at TIME]` adds series; the first value is at TIME, or at midnight. `_` is a gap, `7x3`
 * is 7 7 7, `1..4` is 1 2 3 4. `clear` forgets everything.
 *
 * `from`, `until`, `now` TIME, and `tz`, `maxDataPoints`, `xFilesFactor` with a value are parameters
 * of the requests that follow; without a value they are as at the beginning. Then the range is
 * that of all points loaded, and now is its end. TIME is `HH:MM[:SS]` of 2023-11-15, or
 * `YYYY-MM-DDTHH:MM[:SS]`, in UTC.
 *
 * `eval TARGET` is followed by the series of the answer, in order, or by `nothing`. `at TIME step
 * STEP` says when their values are; else it is when those of the loaded series are. `?` is some
 * value, whichever. At least two blanks divide a name from its values. A name that begins with a
 * double quote is a JSON string: so are empty ones and those with two blanks in them.
 *
 * `fail TARGET` is followed by a part of the message.
 */
export interface CaseStep {
  /** In the script, from 1. */
  line: number;
  target: string;
  series: readonly GivenSeries[];
  request: CaseRequest;
  expected: { rows: ExpectedRow[] } | { message: string };
}

/** Parameters of a request; times are in seconds. */
export interface CaseRequest {
  from: number;
  until: number;
  now: number;
  tz?: string;
  maxDataPoints?: number;
  xFilesFactor?: number;
}

export interface ExpectedRow {
  line: number;
  name: string;
  start: number;
  step: number;
  /** Null is a gap, "?" any value. */
  values: (number | null | "?")[];
}

/** 2023-11-15, a Wednesday: midnight is a multiple of every usual step. */
const DAY = "2023-11-15";
const SETTINGS = ["from", "until", "now", "tz", "maxDataPoints", "xFilesFactor"];

/** @throws Error with the line, for a script that breaks the rules */
export function parseCaseScript(text: string): CaseStep[] {
  const steps: CaseStep[] = [];
  let series: GivenSeries[] = [];
  let settings = new Map<string, string>();
  for (const { line, words, rows } of blocksOf(text)) {
    const [keyword = "", rest = ""] = words;
    if (keyword === "load") {
      series = [...series, ...loaded(rest, rows, line)];
    } else if (keyword === "clear") {
      series = [];
      settings = new Map();
    } else if (keyword === "eval" || keyword === "fail") {
      if (rest === "") throw wrong(line, `${keyword} needs a target`);
      const request = requestOf(settings, series, line);
      const expected =
        keyword === "eval"
          ? { rows: expectedRows(rows, series, request, line) }
          : { message: messageOf(rows, line) };
      steps.push({ line, target: rest, series, request, expected });
    } else if (SETTINGS.includes(keyword)) {
      if (rest === "") settings.delete(keyword);
      else settings.set(keyword, rest);
    } else {
      throw wrong(line, `${keyword} is no keyword`);
    }
    if (rows.length > 0 && !["load", "eval", "fail"].includes(keyword))
      throw wrong(rows[0]!.line, `${keyword} has no rows`);
  }
  return steps;
}

interface Block {
  line: number;
  words: string[];
  rows: Row[];
}

interface Row {
  line: number;
  text: string;
}

/** A line at the margin with the indented ones below it. */
function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  text.split("\n").forEach((raw, i) => {
    const line = i + 1;
    const content = raw.trim();
    if (content === "" || content.startsWith("#")) return;
    if (/^\s/.test(raw)) {
      const block = blocks.at(-1);
      if (block === undefined) throw wrong(line, "an indented line belongs to none above");
      block.rows.push({ line, text: content });
      return;
    }
    const at = content.search(/\s/);
    const words = at < 0 ? [content] : [content.slice(0, at), content.slice(at).trim()];
    blocks.push({ line, words, rows: [] });
  });
  return blocks;
}

function loaded(rest: string, rows: readonly Row[], line: number): GivenSeries[] {
  const match = /^(\S+)(?: at (\S+))?$/.exec(rest);
  if (match === null) throw wrong(line, "load STEP or load STEP at TIME");
  const step = stepOf(match[1]!, line);
  const start = timeOf(match[2] ?? "00:00", line);
  if (start % step !== 0) throw wrong(line, `${match[2]} is no multiple of ${match[1]}`);
  return rows.map((row) => {
    const { name, values } = rowOf(row);
    if (values.includes("?")) throw wrong(row.line, "a loaded value is a number or a gap");
    return { name, start, step, values: values.map((one) => (one === null ? Number.NaN : +one)) };
  });
}

function expectedRows(
  rows: readonly Row[],
  series: readonly GivenSeries[],
  request: CaseRequest,
  line: number,
): ExpectedRow[] {
  if (rows.length === 0) throw wrong(line, "eval needs the series of the answer, or nothing");
  if (rows.length === 1 && rows[0]!.text === "nothing") return [];
  const step = series[0]?.step ?? 0;
  let grid = series.every((one) => one.step === step)
    ? { start: Math.floor(request.from / step) * step + step, step }
    : null;
  const expected: ExpectedRow[] = [];
  for (const row of rows) {
    const told = /^at (\S+) step (\S+)$/.exec(row.text);
    if (told !== null) {
      grid = { start: timeOf(told[1]!, row.line), step: stepOf(told[2]!, row.line) };
      continue;
    }
    if (grid === null || grid.step === 0)
      throw wrong(row.line, "at TIME step STEP must stand before this row");
    expected.push({ line: row.line, ...rowOf(row), ...grid });
  }
  return expected;
}

function messageOf(rows: readonly Row[], line: number): string {
  if (rows.length !== 1) throw wrong(line, "fail needs one line: a part of the message");
  return rows[0]!.text;
}

function rowOf({ line, text }: Row): { name: string; values: ExpectedRow["values"] } {
  const match = text.startsWith('"')
    ? /^("(?:[^"\\]|\\.)*")(?:\s+(.*))?$/.exec(text)
    : /^(.*?)(?:\s{2,}(.*))?$/.exec(text);
  if (match === null) throw wrong(line, "a name that begins with a quote is a JSON string");
  const name = text.startsWith('"') ? (JSON.parse(match[1]!) as string) : match[1]!;
  const words = (match[2] ?? "").split(/\s+/).filter((word) => word !== "");
  return { name, values: words.flatMap((word) => valuesOf(word, line)) };
}

function valuesOf(word: string, line: number): ExpectedRow["values"] {
  const range = /^(-?\d+)\.\.(-?\d+)$/.exec(word);
  if (range !== null) {
    const first = Number(range[1]);
    const count = Number(range[2]) - first + 1;
    if (count < 1) throw wrong(line, `${word} goes down`);
    return Array.from({ length: count }, (_, i) => first + i);
  }
  const [, one = "", count = "1"] = /^([^x]+)(?:x(\d+))?$/.exec(word) ?? [];
  if (one !== "_" && one !== "?" && (one === "" || Number.isNaN(Number(one))))
    throw wrong(line, `${word} is no value`);
  const value = one === "_" ? null : one === "?" ? "?" : Number(one);
  return Array.from({ length: Number(count) }, () => value);
}

function requestOf(
  settings: ReadonlyMap<string, string>,
  series: readonly GivenSeries[],
  line: number,
): CaseRequest {
  const time = (name: string): number | undefined => {
    const text = settings.get(name);
    return text === undefined ? undefined : timeOf(text, line);
  };
  const first = Math.min(...series.map((one) => one.start));
  const last = Math.max(...series.map((one) => one.start + (one.values.length - 1) * one.step));
  // A range does not include its first second.
  const from = time("from") ?? first - 1;
  const until = time("until") ?? last;
  if (!Number.isFinite(from) || !Number.isFinite(until))
    throw wrong(line, "without series there must be from and until");
  const request: CaseRequest = { from, until, now: time("now") ?? until };
  const tz = settings.get("tz");
  if (tz !== undefined) request.tz = tz;
  for (const name of ["maxDataPoints", "xFilesFactor"] as const) {
    const text = settings.get(name);
    if (text !== undefined) request[name] = Number(text);
  }
  return request;
}

function timeOf(text: string, line: number): number {
  const match = /^(?:(\d{4}-\d\d-\d\d)T)?(\d\d:\d\d)(:\d\d)?$/.exec(text);
  const ms =
    match === null ? Number.NaN : Date.parse(`${match[1] ?? DAY}T${match[2]}${match[3] ?? ":00"}Z`);
  if (Number.isNaN(ms)) throw wrong(line, `${text} is no time`);
  return ms / 1000;
}

function stepOf(text: string, line: number): number {
  const match = /^([1-9]\d*)s$/.exec(text);
  if (match === null) throw wrong(line, `${text} is no step: 60s is one`);
  return Number(match[1]);
}

function wrong(line: number, reason: string): Error {
  return new Error(`line ${line}: ${reason}`);
}
