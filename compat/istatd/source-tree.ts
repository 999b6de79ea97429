import { join } from "node:path";
import { mungeIstatName } from "../../src/model/istat-name.ts";
import { canonicalName } from "../../src/model/series-name.ts";
import { reasonOf } from "../foreign-file.ts";
import { type FolderEntry, listFolder, MAX_DEPTH } from "../import/list-folder.ts";
import type { FoundSource, OpenSource, Skip, SourceTree } from "../import/source-tree.ts";
import { lookAt, planOfCounter, withFiles } from "./counter.ts";
import { importCounter, missingBuckets } from "./import-counter.ts";

/** The counters of an istatd store: every folder that has files. */
export function istatdSource(store: string): SourceTree {
  return (skip) => counters(store, skip, "", 0);
}

/** Links are followed; what begins with a dot is none of istatd's. */
function* counters(store: string, skip: Skip, path: string, depth: number): Generator<FoundSource> {
  let entries: FolderEntry[];
  try {
    entries = listFolder(join(store, path)).filter(({ name }) => !name.startsWith("."));
  } catch (error) {
    skip(path, reasonOf(error));
    return;
  }
  const files = entries.filter(({ isFolder }) => !isFolder).map(({ name }) => name);
  if (files.length > 0) {
    const found = counterNameOf(path);
    if ("problem" in found) skip(path === "" ? "." : path, found.problem);
    else yield { path, name: found.name, open: () => openSource(store, path, files, skip) };
  }
  for (const { name, isFolder } of entries) {
    if (!isFolder) continue;
    const below = path === "" ? name : `${path}/${name}`;
    if (depth < MAX_DEPTH) yield* counters(store, skip, below, depth + 1);
    else skip(below, "it lies too deep: a link leads in a circle");
  }
}

/** Under the name that a line to the counter has here. */
export function counterNameOf(path: string): { name: string } | { problem: string } {
  if (path === "") return { problem: "files that belong to no counter" };
  const canonical = canonicalName(mungeIstatName(path.replaceAll("/", ".")));
  return canonical.ok ? { name: canonical.name } : { problem: canonical.reason };
}

function openSource(
  store: string,
  path: string,
  files: readonly string[],
  skip: Skip,
): OpenSource | null {
  const counter = lookAt(store, path, files, skip);
  if (counter === null) return null;
  return {
    files: counter.plain.length + counter.trailing.length,
    planOf: (stated) => planOfCounter(counter, stated),
    import: (placed, range, target, batch) =>
      withFiles(counter, (open) =>
        importCounter(open, counter.isEvent, placed, range, target, batch),
      ),
    missing: (placed, range, target) =>
      withFiles(counter, (open) => missingBuckets(open, counter.isEvent, placed, range, target)),
    close: () => {},
  };
}
