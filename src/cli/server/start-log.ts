import { existsSync } from "node:fs";
import type { Logger } from "pino";
import type { Settings } from "../../config/settings.ts";

const CARBON_FILES = {
  schemas: "/etc/carbon/storage-schemas.conf",
  aggregation: "/etc/carbon/storage-aggregation.conf",
} as const;

/** Says what can be reached from where, and what an operator may want to know at the start. */
export function logStart(log: Logger, settings: Settings, listen: Record<string, string>): void {
  log.info({ listen, dataDir: settings.dataDir }, "ready");
  if (Object.values(listen).every(isLoopback)) {
    log.info("reachable from this machine only; --listen 0.0.0.0 opens it to others");
  } else {
    log.info("reachable from other machines");
  }
  if (listen.admin !== undefined && !isLoopback(listen.admin)) {
    log.warn("the admin port is open: whoever reaches it may delete counters, without a password");
  }
  const http = [listen.http, listen.istatHttp].flatMap((address) => address ?? []);
  if (!http.every(isLoopback)) warnOfOpenHttp(log, settings);
  for (const [name, path] of Object.entries(CARBON_FILES)) {
    if (settings[name as keyof typeof CARBON_FILES] === null && existsSync(path)) {
      log.info(`${path} exists; --${name} ${path} uses it`);
    }
  }
}

function isLoopback(address: string): boolean {
  return /^(127\.|\[::1\]|localhost)/.test(address);
}

/** Whoever opens HTTP to a network must know what that means. */
function warnOfOpenHttp(log: Logger, settings: Settings): void {
  const { authFile, tlsCert } = settings;
  if (authFile === null) {
    log.warn(
      "HTTP is open: whoever reaches it may read everything and write events and dashboards; " +
        "statite auth add NAME --role read --auth-file FILE and --auth-file FILE change that",
    );
  } else if (tlsCert === null) {
    log.warn(
      "passwords and tokens for HTTP travel readably: --tls-cert and --tls-key encrypt, " +
        "or put a proxy that does in front",
    );
  }
}
