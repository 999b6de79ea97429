import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** Folders within one another; more are a link that leads back. */
export const MAX_DEPTH = 128;

export interface FolderEntry {
  name: string;
  isFolder: boolean;
}

/** What is in a folder, sorted by name; links are followed. @throws Error when it cannot be listed */
export function listFolder(folder: string): FolderEntry[] {
  const entries = readdirSync(folder, { withFileTypes: true }).map((entry) => ({
    name: entry.name,
    isFolder: entry.isSymbolicLink() ? isFolder(join(folder, entry.name)) : entry.isDirectory(),
  }));
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
