import { existsSync } from "node:fs";
import type { Logger } from "pino";
import type { Settings } from "../config/settings.ts";

const CARBON_FILES = {
  schemas: "/etc/carbon/storage-schemas.conf",
  aggregation: "/etc/carbon/storage-aggregation.conf",
} as const;

/** Says what can be reached from where, and what an operator may want to know at the start. */
export function logStart(log: Logger, settings: Settings, listen: Record<string, string>): void {
  log.info({ listen, dataDir: settings.dataDir }, "ready");
  const hosts = Object.values(listen).map((address) => address.slice(0, address.lastIndexOf(":")));
  if (hosts.every((host) => /^(127\.|\[::1\]|localhost)/.test(host))) {
    log.info("reachable from this machine only; --listen 0.0.0.0 opens it to others");
  } else {
    log.info("reachable from other machines; there is no authentication in this version");
  }
  for (const [name, path] of Object.entries(CARBON_FILES)) {
    if (settings[name as keyof typeof CARBON_FILES] === null && existsSync(path)) {
      log.info(`${path} exists; --${name} ${path} uses it`);
    }
  }
}
