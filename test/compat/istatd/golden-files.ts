import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const FIXTURES = "test/fixtures/istatd";

/** A StatFile that istatd has written, and what an independent reader and `istatd_filedump` say of it. */
export interface GoldenFile {
  /** Its path below the fixtures, without a suffix. */
  id: string;
  bytes: Buffer;
  csv: string | null;
  json: GoldenJson | null;
}

interface GoldenJson {
  header: Record<string, number | string>;
  /** Place, time, sum, min, max, count and sumsq of what is not all zero. */
  nonzero_slots: [number, number, ...(number | string)[]][];
}

/** All 43 of them. */
export function goldenFiles(): GoldenFile[] {
  return readdirSync(FIXTURES, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".statfile"))
    .sort()
    .map((path) => {
      const id = path.slice(0, -".statfile".length);
      const json = textOf(`${id}.json`);
      return {
        id,
        bytes: readFileSync(join(FIXTURES, path)),
        csv: textOf(`${id}.csv`),
        json: json === null ? null : (JSON.parse(json) as GoldenJson),
      };
    });
}

function textOf(path: string): string | null {
  try {
    return readFileSync(join(FIXTURES, path), "utf8");
  } catch {
    return null;
  }
}
