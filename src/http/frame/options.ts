import type { AccessRules } from "./access-rules.ts";

/** How the API meets the world; each has a setting. */
export interface HttpOptions {
  /** Names, beside those of this machine, by which writes may address the server. */
  hosts: readonly string[];
  /** Origins (`https://graphs.example.com`) whose pages may read and write; `*`: any may read. */
  corsOrigins: readonly string[];
  /** At which level a line per request is logged; `off`: none. */
  accessLog: "off" | "trace" | "debug" | "info";
  /** Null: there are none, everybody may read and write. */
  access: AccessRules | null;
}

export const DEFAULT_OPTIONS: HttpOptions = {
  hosts: [],
  corsOrigins: [],
  accessLog: "debug",
  access: null,
};
