import type { CaseStep, ExpectedRow } from "./case-script.ts";

/** An answer to a step's target: series, or the message of its error. */
export interface CaseAnswer {
  message: string | null;
  series: readonly { target: unknown; datapoints: readonly [number | null, number][] }[];
}

/** What is not as the script says, or null. */
export function problemOf({ expected }: CaseStep, { message, series }: CaseAnswer): string | null {
  if ("message" in expected) {
    if (message === null) return "it does not fail";
    return message.includes(expected.message) ? null : `the message is ${JSON.stringify(message)}`;
  }
  if (message !== null) return `it fails: ${message}`;
  const names = series.map((one) => one.target);
  const wanted = expected.rows.map((row) => row.name);
  if (JSON.stringify(names) !== JSON.stringify(wanted))
    return `names ${JSON.stringify(names)} instead of ${JSON.stringify(wanted)}`;
  for (const [i, row] of expected.rows.entries()) {
    const problem = rowProblem(row, series[i]!.datapoints);
    if (problem !== null) return `line ${row.line}, ${row.name}: ${problem}`;
  }
  return null;
}

function rowProblem(
  row: ExpectedRow,
  datapoints: readonly [number | null, number][],
): string | null {
  const shown = datapoints.map(([value]) => value ?? "_").join(" ");
  if (datapoints.length !== row.values.length)
    return `${datapoints.length} values instead of ${row.values.length}: ${shown}`;
  for (const [i, [value, time]] of datapoints.entries()) {
    const wanted = row.start + i * row.step;
    if (time !== wanted) return `value ${i} is at ${clock(time)} instead of ${clock(wanted)}`;
    if (!isSame(row.values[i]!, value)) return `value ${i} differs: ${shown}`;
  }
  return null;
}

function isSame(expected: number | null | "?", value: number | null): boolean {
  if (expected === null || value === null) return expected === value;
  if (expected === "?") return true;
  return Math.abs(expected - value) <= 1e-9 * Math.max(Math.abs(expected), Math.abs(value)) + 1e-12;
}

function clock(time: number): string {
  return new Date(time * 1000).toISOString().slice(0, 19);
}
