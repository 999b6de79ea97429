import { readFileSync, statSync } from "node:fs";
import { GraphiteError } from "../model/errors.ts";
import type { Regex } from "../model/regex.ts";
import { StorageRules } from "../model/schema.ts";
import { type QuotaRule, readQuotas } from "./quotas.ts";
import { readAggregations, readNameList, readSchemas } from "./storage-files.ts";

/** Files that say how names are treated; null for none. */
export interface RuleFiles {
  schemas: string | null;
  aggregation: string | null;
  whitelist: string | null;
  blacklist: string | null;
  quotas: string | null;
}

/** What the files say. */
export interface Rules {
  storage: StorageRules;
  /** Why a name is refused, or null when it is welcome. */
  refusalOf(name: string): string | null;
  quotas: readonly QuotaRule[];
  warnings: string[];
}

/** @throws GraphiteError ERR_CONFIG naming the file: the caller then keeps the rules it has */
export function loadRules(files: RuleFiles): Rules {
  const warnings: string[] = [];
  const read = <T>(
    path: string | null,
    parse: (text: string) => { rules: T[]; warnings: string[] },
  ) => {
    if (path === null) return null;
    try {
      const result = parse(readFileSync(path, "utf8"));
      for (const warning of result.warnings) warnings.push(`${path}: ${warning}`);
      return result.rules;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new GraphiteError("ERR_CONFIG", `${path}: ${reason}`, { cause: error });
    }
  };
  const storage = new StorageRules(
    read(files.schemas, readSchemas),
    read(files.aggregation, readAggregations),
  );
  const whitelist: Regex[] = read(files.whitelist, readNameList) ?? [];
  const blacklist: Regex[] = read(files.blacklist, readNameList) ?? [];
  return {
    storage,
    quotas: read(files.quotas, readQuotas) ?? [],
    warnings,
    refusalOf(name) {
      if (blacklist.some((pattern) => pattern.search(name))) return "blacklisted";
      // An empty whitelist lets all pass, as in carbon.
      if (whitelist.length > 0 && !whitelist.some((pattern) => pattern.search(name))) {
        return "not-whitelisted";
      }
      return null;
    },
  };
}

/** A text that changes when one of the files does. */
export function ruleFilesVersion(files: RuleFiles): string {
  return [files.schemas, files.aggregation, files.whitelist, files.blacklist, files.quotas]
    .map((path) => {
      if (path === null) return "-";
      try {
        const { mtimeMs, size, ino } = statSync(path);
        return `${mtimeMs} ${size} ${ino}`;
      } catch {
        return "missing";
      }
    })
    .join("|");
}
