import { join } from "node:path";
import type { Retention } from "../../src/model/retention.ts";
import { type Plan, REPLACE } from "../../src/storage/plan.ts";
import type { OpenSource, SourceTree } from "../import/source-tree.ts";
import type { WhisperArchive } from "./format.ts";
import { importFile, missingPoints } from "./import-file.ts";
import { seriesNameOf } from "./series-path.ts";
import { whisperFiles } from "./walk-tree.ts";
import { WhisperFile } from "./whisper-file.ts";

/** The series of a whisper tree; `taggedNames` are names of tagged series by their hash. */
export function whisperSource(
  folder: string,
  taggedNames: ReadonlyMap<string, string>,
): SourceTree {
  return function* series(skip) {
    for (const path of whisperFiles(folder, skip)) {
      const found = seriesNameOf(path, taggedNames);
      if ("problem" in found) skip(path, found.problem);
      else yield { path, name: found.name, open: () => openSource(join(folder, path)) };
    }
  };
}

function openSource(path: string): OpenSource {
  const file = WhisperFile.open(path);
  return {
    files: 1,
    planOf: (stated) => planOf(stated, file.header.archives),
    import: (placed, range, target, batch) => importFile(file, placed, range, target, batch),
    missing: (placed, range, target) => missingPoints(file, placed, range, target),
    close: () => file.close(),
  };
}

function planOf(stated: readonly Retention[] | null, archives: readonly WhisperArchive[]): Plan {
  const tiers =
    stated === null
      ? archives.map(({ step, points }) => ({ step, retention: step * points, lambda: 0 }))
      : stated.map(({ step, seconds, lambda }) => ({
          step,
          retention: seconds,
          lambda: lambda ?? 0,
        }));
  return { mode: REPLACE, tiers };
}
