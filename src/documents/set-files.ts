import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { readSetFile } from "../model/istat-set-file.ts";
import type { Settings } from "./settings.ts";

/** istatd reads no larger ones. */
const MAX_BYTES = 1 << 20;
const SUFFIX = ".set";

/** A container that an istatd has kept, or why it cannot be read. */
export type SetFile =
  | { container: string; values: [key: string, value: string][] }
  | { container: string; problem: string };

/** The containers of settings in a folder of istatd's. @throws Error when it cannot be listed */
export function* setFiles(folder: string): Generator<SetFile> {
  const names = readdirSync(folder).filter((name) => /^[\w.-]*\.set$/.test(name));
  for (const name of names.sort()) {
    const container = name.slice(0, -SUFFIX.length);
    try {
      const path = join(folder, name);
      if (statSync(path).size > MAX_BYTES) throw new Error("the file is too large");
      yield { container, values: readSetFile(readFileSync(path, "utf8")) };
    } catch (error) {
      yield { container, problem: error instanceof Error ? error.message : String(error) };
    }
  }
}

/**
 * Takes a container over, unless there is one of that name already; whether it was taken. Rejects as
 * Settings.set does.
 */
export async function takeOver(
  settings: Settings,
  container: string,
  values: readonly (readonly [string, string])[],
): Promise<boolean> {
  if (settings.has(container)) return false;
  await settings.set(container, values);
  return true;
}
