import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** Folders within one another; more are a link that leads back. */
const MAX_DEPTH = 128;

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
  const folder = join(tree, below);
  let entries: { name: string; isFolder: boolean }[];
  try {
    entries = readdirSync(folder, { withFileTypes: true }).map((entry) => ({
      name: entry.name,
      isFolder: entry.isSymbolicLink() ? isFolder(join(folder, entry.name)) : entry.isDirectory(),
    }));
  } catch (error) {
    report(below, reasonOf(error));
    return;
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
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

/** What the system says against a file, in words. */
export function reasonOf(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case "ENOENT":
      return "it is not there";
    case "EACCES":
    case "EPERM":
      return "it may not be read";
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
