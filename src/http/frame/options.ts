import type { AccessRules } from "../access/access-rules.ts";
import type { CostLimit } from "../access/cost-limit.ts";

/** A certificate with the chain it needs, and its key, in PEM. */
export interface Certificate {
  cert: string;
  key: string;
}

/** How the API meets the world; each has a setting. */
export interface HttpOptions {
  /** Names, beside those of this machine, by which writes may address the server. */
  hosts: readonly string[];
  /** Origins (`https://graphs.example.com`) whose pages may read and write; `*`: any may read. */
  corsOrigins: readonly string[];
  /** Addresses and networks whose `X-Forwarded-*` is believed. */
  trustedProxies: readonly string[];
  /** What all paths begin with (`/graphite`); empty for nothing. */
  prefix: string;
  /** At which level a line per request is logged; `off`: none. */
  accessLog: "off" | "trace" | "debug" | "info";
  /** Null: there are none, everybody may read and write. */
  access: AccessRules | null;
  /** What queries may cost; null: anything. */
  costs: CostLimit | null;
  /** Null: without encryption. */
  certificate: Certificate | null;
}

export const DEFAULT_OPTIONS: HttpOptions = {
  hosts: [],
  corsOrigins: [],
  trustedProxies: [],
  prefix: "",
  accessLog: "debug",
  access: null,
  costs: null,
  certificate: null,
};
