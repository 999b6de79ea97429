import { execFileSync, spawnSync } from "node:child_process";
import type { ExecutionContext } from "ava";

/** The readers that were written from docs/formats alone, in another language. */
const READER = "test/formats/statfile_reader.py";
const COLUMN_READER = "test/formats/column_codec.py";
const MOST_BYTES = 2 ** 28;

const hasPython = spawnSync("python3", ["--version"]).status === 0;

export function isSkipped(t: ExecutionContext): boolean {
  if (hasPython) return false;
  t.log("skipped: there is no python3");
  t.false(hasPython);
  return true;
}

/** The lines that a command of the reader prints. */
export function readByPython(command: "log" | "slots", path: string): Record<string, unknown>[] {
  const options = { maxBuffer: MOST_BYTES };
  const text = execFileSync("python3", ["-B", READER, command, path], options).toString();
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Whether the reader finds nothing wrong with a StatFile. */
export function isWhole(path: string): boolean {
  return spawnSync("python3", ["-B", READER, "check", path]).status === 0;
}

export function columnsByPython(columns: { bytes: Uint8Array; count: number }[]): number[][] {
  const input = columns.map(({ bytes, count }) => `${count} ${Buffer.from(bytes).toString("hex")}`);
  const options = { input: input.join("\n"), maxBuffer: MOST_BYTES };
  const text = execFileSync("python3", ["-B", COLUMN_READER], options).toString();
  return text.trimEnd().split("\n").map(doubles);
}

export function doubles(hex: unknown): number[] {
  const bytes = Buffer.from(String(hex), "hex");
  return Array.from({ length: bytes.length / 8 }, (_, i) => bytes.readDoubleBE(i * 8));
}
