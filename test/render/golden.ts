import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** One request and what Graphite answered. */
export interface GoldenRender {
  id: string;
  fn: string;
  tag?: string;
  targets: string[];
  params: Record<string, string>;
  expect: {
    status: number;
    series?: {
      name: string;
      start: number;
      step: number;
      values?: (number | null)[];
      datapoints?: [number | null, number][];
      tags: Record<string, string>;
    }[];
  };
}

const FOLDER = "test/fixtures/golden";

export function goldenDataset(): Buffer {
  return gunzipSync(readFileSync(`${FOLDER}/dataset.txt.gz`));
}

export function goldenSchemas(): string {
  return readFileSync(`${FOLDER}/storage-schemas.conf`, "utf8");
}

/** Events as they are posted. */
export function goldenEvents(): unknown[] {
  return JSON.parse(readFileSync(`${FOLDER}/events.json`, "utf8")) as unknown[];
}

export function goldenRenders(): GoldenRender[] {
  return lines(`${FOLDER}/render.jsonl`) as GoldenRender[];
}

/** A request for anything but series, and what Graphite answered. */
export interface GoldenRequest {
  id: string;
  fn: string;
  /** How the body is packed. */
  decode?: "pickle" | "msgpack";
  method: "GET" | "POST";
  path: string;
  query: [string, string][];
  /** Fields of the body that do not count. */
  ignore?: string[];
  /** The order of lists does not count. */
  unordered?: boolean;
  /** It changes what later ones see: all that have a number are asked in this order, after the others. */
  seq?: number;
  expect: { status: number; ctype?: string; body?: unknown; text?: string };
}

export function goldenApi(): GoldenRequest[] {
  return lines(`${FOLDER}/api.jsonl`) as GoldenRequest[];
}

function lines(path: string): unknown[] {
  return (
    readFileSync(path, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      // Infinities are written as numbers that overflow.
      .map((line) => JSON.parse(line) as unknown)
  );
}

/** What one answer and Graphite's disagree in, or null. */
export function difference(
  expected: NonNullable<GoldenRender["expect"]["series"]>,
  got: readonly {
    target: string;
    tags: Record<string, string>;
    datapoints: [number | null, number][];
  }[],
  shapeOnly: boolean,
): string | null {
  const names = expected.map((series) => String(series.name));
  const gotNames = got.map((series) => series.target);
  if (JSON.stringify(names) !== JSON.stringify(gotNames))
    return `names ${gotNames} instead of ${names}`;
  for (let i = 0; i < expected.length; i++) {
    const series = expected[i]!;
    const points =
      series.datapoints ??
      (series.values ?? []).map((value, j): [number | null, number] => [
        value,
        series.start + j * series.step,
      ]);
    const answer = got[i]!;
    if (points.length !== answer.datapoints.length) {
      return `${series.name}: ${answer.datapoints.length} points instead of ${points.length}`;
    }
    for (let j = 0; j < points.length; j++) {
      const [value, time] = points[j]!;
      const [gotValue, gotTime] = answer.datapoints[j]!;
      if (time !== gotTime) return `${series.name}: time ${gotTime} instead of ${time}`;
      if (!shapeOnly && !isSame(value, gotValue))
        return `${series.name} at ${time}: ${gotValue} instead of ${value}`;
    }
    if (JSON.stringify(sorted(series.tags)) !== JSON.stringify(sorted(answer.tags))) {
      return `${series.name}: tags ${JSON.stringify(answer.tags)} instead of ${JSON.stringify(series.tags)}`;
    }
  }
  return null;
}

/** Infinities are null in our JSON. */
function isSame(expected: number | null, got: number | null): boolean {
  if (expected === null || got === null)
    return got === null && (expected === null || !Number.isFinite(expected));
  return Math.abs(expected - got) <= 1e-9 * Math.max(Math.abs(expected), Math.abs(got)) + 1e-12;
}

function sorted(tags: Record<string, string>): [string, string][] {
  return Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1));
}
