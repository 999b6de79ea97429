import { isAggregationMethod } from "../model/aggregation.ts";
import { compileRegex, type Regex } from "../model/regex.ts";
import { parseRetentions, type Retention } from "../model/retention.ts";
import type { AggregationRule, SchemaRule } from "../model/schema.ts";
import { type IniSection, parseIni } from "./ini.ts";

/** Rules that could be read, and a sentence for each section that could not. */
export interface Read<T> {
  rules: T[];
  warnings: string[];
}

/**
 * storage-schemas.conf. A section whose retentions cannot be used is among the rules all the same,
 * without any.
 *
 * @throws GraphiteError ERR_CONFIG when the file as a whole cannot be read
 */
export function readSchemas(text: string): Read<SchemaRule> {
  return readSections(text, (section, leftOut) => {
    const pattern = patternOf(section);
    const written = section.values.get("retentions");
    let retentions: Retention[] | null = null;
    try {
      if (written === undefined) throw new Error("it has no retentions");
      retentions = parseRetentions(written);
    } catch (error) {
      leftOut(`${reasonOf(error)}; series that exist keep their retention`);
    }
    return { name: section.name, pattern, retentions };
  });
}

/** storage-aggregation.conf. @throws GraphiteError ERR_CONFIG when the file as a whole cannot be read */
export function readAggregations(text: string): Read<AggregationRule> {
  return readSections(text, (section) => {
    const pattern = patternOf(section);
    const factor = section.values.get("xfilesfactor");
    const xFilesFactor = factor === undefined ? 0.5 : Number(factor);
    if (!(xFilesFactor >= 0 && xFilesFactor <= 1)) {
      throw new Error(`xFilesFactor ${factor} is not between 0 and 1`);
    }
    const method = section.values.get("aggregationmethod") ?? "average";
    if (!isAggregationMethod(method)) throw new Error(`${method} is no aggregation method`);
    return { name: section.name, pattern, method, xFilesFactor };
  });
}

/** whitelist.conf or blacklist.conf: a regular expression a line. */
export function readNameList(text: string): Read<Regex> {
  const rules: Regex[] = [];
  const warnings: string[] = [];
  text.split(/\r?\n/).forEach((line, i) => {
    const pattern = line.trim();
    if (pattern === "" || pattern.startsWith("#")) return;
    try {
      rules.push(compileRegex(pattern));
    } catch (error) {
      warnings.push(`line ${i + 1} is left out: ${reasonOf(error)}`);
    }
  });
  return { rules, warnings };
}

/**
 * The sections of a file. One that `read` throws at is left out with a warning.
 *
 * @throws GraphiteError ERR_CONFIG when the file as a whole cannot be read
 */
export function readSections<T>(
  text: string,
  read: (section: IniSection, leftOut: (reason: string) => void) => T,
): Read<T> {
  const rules: T[] = [];
  const warnings: string[] = [];
  for (const section of parseIni(text)) {
    const leftOut = (reason: string): void => {
      warnings.push(`section [${section.name}] is left out: ${reason}`);
    };
    try {
      rules.push(read(section, leftOut));
    } catch (error) {
      leftOut(reasonOf(error));
    }
  }
  return { rules, warnings };
}

function patternOf({ values }: IniSection): Regex {
  const pattern = values.get("pattern");
  if (pattern === undefined) throw new Error("it has no pattern");
  return compileRegex(pattern);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
