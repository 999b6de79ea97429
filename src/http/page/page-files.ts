import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";

/** A file of the pages, as it is sent. */
export interface PageFile {
  type: string;
  /** Of the plain bytes; weak, because its compressed forms are the same to whoever has it. */
  tag: string;
  /** Whether its name changes with its content, so that it is never asked for twice. */
  isSteady: boolean;
  plain: Buffer;
  br: Buffer | null;
  gzip: Buffer | null;
}

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  json: "application/json; charset=utf-8",
  svg: "image/svg+xml",
  txt: "text/plain; charset=utf-8",
};

/**
 * All files of the built pages by their path (`index.html`, `_/ui/index-8f3a1b2c.js`), in memory:
 * they are few. None where the folder is missing.
 */
export function loadPageFiles(folder: string): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>();
  for (const path of filesBelow(folder)) {
    if (/\.(br|gz)$/.test(path)) continue;
    const plain = readFileSync(join(folder, path));
    const digest = createHash("sha1").update(plain).digest("base64url");
    files.set(path.split(sep).join("/"), {
      type: TYPES[path.split(".").at(-1)!] ?? "application/octet-stream",
      tag: `W/"${digest}"`,
      isSteady: /-[\w-]{8}\.\w+$/.test(path),
      plain,
      br: readIfThere(join(folder, `${path}.br`)),
      gzip: readIfThere(join(folder, `${path}.gz`)),
    });
  }
  return files;
}

function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  } catch {
    return [];
  }
}

function readIfThere(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}
