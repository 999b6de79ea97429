import { isIP } from "node:net";
import { hostname } from "node:os";

/**
 * Whether a Host header names this server: an address, this machine's names, or one of `names`.
 * Any other name may be one that a foreign page's owner has just pointed at this machine.
 */
export function isKnownHost(host: string, names: readonly string[]): boolean {
  const name = host.toLowerCase().replace(/:\d*$/, "").replace(/\.$/, "");
  if (isIP(name.replace(/^\[|\]$/g, "")) !== 0) return true;
  if (name === "localhost" || name.endsWith(".localhost")) return true;
  return name === hostname().toLowerCase() || names.some((known) => known.toLowerCase() === name);
}
