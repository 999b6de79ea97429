import { join } from "node:path";
import { reasonOf } from "../foreign-file.ts";
import { type FolderEntry, listFolder, MAX_DEPTH } from "../import/list-folder.ts";

/**
 * The whisper files below a folder, as paths below it that are divided by `/`, in the order of their
 * names; links are followed. What cannot be listed is reported and left out.
 */
export function* whisperFiles(
  tree: string,
  report: (path: string, reason: string) => void,
  below = "",
  depth = 0,
): Generator<string> {
  let entries: FolderEntry[];
  try {
    entries = listFolder(join(tree, below));
  } catch (error) {
    report(below, reasonOf(error));
    return;
  }
  for (const { name, isFolder } of entries) {
    const path = below === "" ? name : `${below}/${name}`;
    if (isFolder) {
      if (depth < MAX_DEPTH) yield* whisperFiles(tree, report, path, depth + 1);
      else report(path, "it lies too deep: a link leads in a circle");
    } else if (name.endsWith(".wsp") || name.endsWith(".wsp.gz")) {
      yield path;
    }
  }
}
