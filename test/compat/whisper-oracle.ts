import { execFileSync, spawnSync } from "node:child_process";
import type { ExecutionContext } from "ava";

/** Debian's python3-whisper, asked by whisper_oracle.py. */
const SCRIPT = "test/compat/whisper_oracle.py";
const MOST_BYTES = 2 ** 29;

const python = ["python3", "/usr/bin/python3"].find(
  (one) => spawnSync(one, ["-c", "import whisper"]).status === 0,
);

export function isWithoutWhisper(t: ExecutionContext): boolean {
  if (python !== undefined) return false;
  t.log("skipped: python3-whisper is not installed");
  t.pass();
  return true;
}

export interface OracleFetch {
  from: number;
  until: number;
  result: { start: number; end: number; step: number; values: (string | null)[] } | null;
}

export interface OracleFile {
  path: string;
  header: { method: string; xFilesFactor: number; archives: [number, number][] };
  fetches: OracleFetch[];
}

export function makeWhisperFiles(
  folder: string,
  files: number,
  seed: number,
  now: number,
): OracleFile[] {
  return run(["make", folder, `${files}`, `${seed}`, `${now}`], "") as OracleFile[];
}

export function fetchByWhisper(
  asked: { path: string; from: number; until: number; now: number }[],
): OracleFetch["result"][] {
  return run(["fetch"], jsonLines(asked)) as OracleFetch["result"][];
}

export function updateByWhisper(
  asked: { path: string; points: [number, number][]; now: number }[],
): void {
  run(["update"], jsonLines(asked));
}

/** A double as the oracle writes it; null for NaN, which is a gap. */
export function hexOf(value: number): string | null {
  if (Number.isNaN(value)) return null;
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes.toString("hex");
}

function jsonLines(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join("");
}

function run(args: string[], input: string): unknown[] {
  const options = { input, maxBuffer: MOST_BYTES, encoding: "utf8" } as const;
  return execFileSync(python!, [SCRIPT, ...args], options)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as unknown);
}
