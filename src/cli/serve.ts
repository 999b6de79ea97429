import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import type { Logger } from "pino";
import { loadRules } from "../config/rules.ts";
import type { Settings } from "../config/settings.ts";
import { lockFolder } from "../storage/lock.ts";
import { Server } from "./server/server.ts";

/** Runs the server until a signal ends it; returns the exit status. */
export async function serve(settings: Settings, log: Logger): Promise<number> {
  const folder = resolve(settings.dataDir);
  let server: Server | null = null;
  // Before the lock: a signal must never leave one behind.
  for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => void server?.shutDown(0));
  process.on("SIGHUP", () => server?.reload());
  let unlock = (): void => {};
  try {
    loadRules(settings);
    mkdirSync(folder, { recursive: true });
    unlock = lockFolder(folder);
    server = new Server(settings, folder, log);
    return await server.run();
  } catch (error) {
    log.fatal(error instanceof Error ? error.message : String(error));
    return 1;
  } finally {
    unlock();
  }
}
