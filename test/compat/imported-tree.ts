import { importTree, type TreeOptions, verifyTree } from "../../compat/import/import-tree.ts";
import { whisperSource } from "../../compat/whisper/source-tree.ts";
import type { Environment } from "../../src/storage/environment.ts";
import { OfflineImport } from "../../src/storage/import/offline-import.ts";
import { checkStore } from "../../src/storage/inspect/check-store.ts";
import { nodeFiles } from "../../src/storage/node-files.ts";
import { StoreHarness } from "../storage/store-harness.ts";
import { hexOf, type OracleFile } from "./whisper-oracle.ts";

/** The time by the clock of the stores here. */
export const NOW = 1_700_000_123;
/** Nobody waits for the disk. */
export const files = { ...nodeFiles, fdatasync: () => {}, syncFolder: () => {} };
export const env: Environment = {
  clock: { wallMs: () => NOW * 1000, monotonicMs: () => NOW * 1000 },
  files,
};

export const OPTIONS: TreeOptions = {
  prefix: null,
  matches: () => true,
  retentionsOf: () => null,
  now: NOW,
  since: Number.NEGATIVE_INFINITY,
};

export interface Imported {
  files: number;
  points: number;
  changed: number;
  newSeries: number;
  skipped: string[];
  missing: string[];
}

type RunOptions = Partial<TreeOptions> & { taggedNames?: ReadonlyMap<string, string> };

/** Imports a tree, or compares it with what was imported. */
export async function run(
  tree: string,
  data: string,
  { taggedNames = new Map(), ...options }: RunOptions = {},
  isVerification = false,
  environment = env,
): Promise<Imported> {
  const target = OfflineImport.open(environment, data, 20_000);
  const skipped: string[] = [];
  const missing: string[] = [];
  const events = {
    skipped: (path: string, reason: string) => skipped.push(`${path}: ${reason}`),
    missing: (path: string) => missing.push(path),
    progress: () => {},
  };
  try {
    const all = { ...OPTIONS, ...options };
    const source = whisperSource(tree, taggedNames);
    const summary = isVerification
      ? await verifyTree(source, all, target, events)
      : await importTree(source, all, target, events);
    return { ...summary, skipped, missing };
  } finally {
    await target.close();
  }
}

/** A store that is opened as a server opens it, at the time of the import. */
export function openStore(data: string): StoreHarness {
  return new StoreHarness(env, data, { maxSeries: 20_000 });
}

/** Fetches of whisper that the store does not answer alike. */
export function differences(store: StoreHarness, made: readonly OracleFile[]): string[] {
  const wrong: string[] = [];
  for (const { path, header, fetches } of made) {
    const name = path
      .split("/")
      .at(-1)!
      .replace(/\.wsp$/, "");
    const series = store.names.seriesAt(name);
    if (series < 0) {
      wrong.push(`${name} is not there`);
      continue;
    }
    const method = header.method as "average";
    const { xFilesFactor } = header;
    for (const { from, until, result } of fetches) {
      const geometry = store.reader.geometry(series, { from, until, now: NOW });
      const [read] = store.reader.read([series], [geometry], [{ method, xFilesFactor }]);
      const got = read && {
        start: read.start,
        end: read.end,
        step: read.step,
        values: Array.from(read.values, hexOf),
      };
      if (JSON.stringify(got ?? null) !== JSON.stringify(result)) {
        wrong.push(`${name} ${JSON.stringify(header)} ${from} ${until}`);
      }
    }
  }
  return wrong;
}

/** What `statite check` finds. */
export function problemsOf(data: string): string[] {
  const found: string[] = [];
  checkStore(env, data, {
    problem: ({ file, what }) => found.push(`${file}: ${what}`),
    note: () => {},
    progress: () => {},
  });
  return found;
}
