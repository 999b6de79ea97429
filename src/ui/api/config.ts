import { signal } from "@preact/signals";
import { askDoor, setConfig } from "./ask.ts";

/** What the server says about itself and about who looks at it. */
export interface PageConfig {
  /** The page's own path: `/`, or `/graphite/`. */
  base: string;
  /** Graphite's API, relative to the page: `` or `_/graphite/`. */
  api: string;
  version: string;
  port: "graphite" | "istat";
  /** Null where nobody has said a name. */
  user: string | null;
  roles: readonly ("read" | "write" | "admin")[];
}

/** Null until it is known. */
export const config = signal<PageConfig | null>(null);

/** Asks for it; again when that fails. To be called once. */
export function loadConfig(): void {
  setConfig(retried(1000));
}

/** Whether who looks at the page may do this; no as long as that is not known. */
export function may(role: "read" | "write" | "admin"): boolean {
  return config.value?.roles.includes(role) ?? false;
}

async function retried(waitMs: number): Promise<PageConfig> {
  try {
    const found = await askDoor<PageConfig>("_/ui/config.json");
    config.value = found;
    return found;
  } catch {
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    return retried(Math.min(waitMs * 2, 30_000));
  }
}
