import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Command } from "commander";
import { convertCarbonConf } from "../config/carbon-conf.ts";
import type { ConvertedConf } from "../config/converted-conf.ts";
import { convertIstatdConf } from "../config/istatd-conf.ts";
import { SETTINGS } from "../config/settings.ts";
import { type Read, readAggregations, readSchemas } from "../config/storage-files.ts";
import { mungeIstatName } from "../model/istat-name.ts";
import { parseIstatRetention, type Retention } from "../model/retention.ts";
import type { AggregationRule, SchemaRule } from "../model/schema.ts";
import { StorageRules } from "../model/schema.ts";
import { canonicalName } from "../model/series-name.ts";
import { spanText } from "../model/time-text.ts";
import { FAILED, fail, statusOf, UsageError } from "./exit.ts";

const CHECK_HELP = `
Says of carbon's files, and of an istatd.cfg, what applies here, what does not, and why. Of each NAME:
which section decides, what it keeps, and how its coarser buckets are made; as a counter of istatd,
how that spells it, and what it keeps.

Exit status: 0 all can be used, 1 something is left out, 2 called wrongly.

Examples:
  statite schemas check --carbon-conf /etc/carbon/carbon.conf
  statite schemas check --schemas storage-schemas.conf servers.web1.load 'disk;host=web1'
  statite schemas check --istatd-conf /etc/istatd.cfg app.load`;

const CONVERT_HELP = `
Prints a configuration file of statite that does what a carbon.conf, an istatd.cfg or both ask for, as
far as that applies.

Examples:
  statite schemas convert --carbon-conf /etc/carbon/carbon.conf > statite.conf
  statite schemas convert --istatd-conf /etc/istatd.cfg > statite.conf`;

interface Files {
  carbonConf?: string;
  istatdConf?: string;
  schemas?: string;
  aggregation?: string;
}

/** `statite schemas check` and `statite schemas convert`. */
export function addSchemasCommand(program: Command): void {
  const command = program
    .command("schemas")
    .description("look at the configuration of a carbon or an istatd");
  withFiles(command.command("check").description("what of it applies, and test names against it"))
    .argument("[name...]", "names of series")
    .addHelpText("after", CHECK_HELP)
    .action((names: string[], files: Files) => {
      act(() => {
        process.exitCode = check(names, files) ? 0 : FAILED;
      });
    });
  withFiles(command.command("convert").description("print the configuration of ours that matches"))
    .addHelpText("after", CONVERT_HELP)
    .action((files: Files) => {
      act(() => convert(files));
    });
}

function withFiles(command: Command): Command {
  return command
    .option("--carbon-conf <FILE>", "carbon.conf; the others are looked for beside it")
    .option("--istatd-conf <FILE>", "istatd.cfg")
    .option("--schemas <FILE>", "storage-schemas.conf")
    .option("--aggregation <FILE>", "storage-aggregation.conf");
}

function act(work: () => void): void {
  try {
    work();
  } catch (error) {
    fail(error, statusOf(error));
  }
}

/** Whether everything can be used. */
function check(names: readonly string[], files: Files): boolean {
  const carbon = carbonOf(files);
  const path = (name: "schemas" | "aggregation"): string | undefined =>
    files[name] ?? carbon?.settings.find((setting) => setting.name === name)?.value;
  const [schemasPath, aggregationPath] = [path("schemas"), path("aggregation")];
  const isOfCarbon = carbon !== null || schemasPath !== undefined || aggregationPath !== undefined;
  const istatd = istatdOf(files);
  if (!isOfCarbon && istatd === null) {
    throw new UsageError("name a file: --carbon-conf, --schemas, --aggregation or --istatd-conf");
  }
  const warnings: string[] = [];
  const read = <T>(file: string | undefined, parse: (text: string) => Read<T>): T[] | null => {
    if (file === undefined) return null;
    const { rules, warnings: own } = parse(readText(file));
    for (const warning of own) warnings.push(`${file}: ${warning}`);
    return rules;
  };
  if (carbon !== null) printConverted(carbon);
  if (istatd !== null) printConverted(istatd);
  const schemas = read(schemasPath, readSchemas);
  const aggregations = read(aggregationPath, readAggregations);
  for (const { name, retentions } of schemas ?? []) {
    if (retentions !== null) print(`schema [${name}]: ${keptText(retentions)}`);
  }
  for (const { name, method, xFilesFactor } of aggregations ?? []) {
    print(`aggregation [${name}]: ${method}, xFilesFactor ${xFilesFactor}`);
  }
  for (const warning of warnings) print(`warning: ${warning}`);
  const isRetentionBad = istatd?.unused.some(({ name }) => name === "retention") ?? false;
  let isGood = warnings.length === 0 && !isRetentionBad;
  for (const name of names) {
    if (isOfCarbon && !printName(name, schemas, aggregations)) isGood = false;
    if (istatd !== null && !printCounter(name, istatd)) isGood = false;
  }
  return isGood;
}

/** False for a name that no counter can have. */
function printCounter(raw: string, { settings }: ConvertedConf): boolean {
  const name = mungeIstatName(raw);
  if (name === "") {
    print(`${raw}: no counter has this name`);
    return false;
  }
  const stated = settings.find((setting) => setting.name === "retention")?.value;
  const fallback = SETTINGS.find((setting) => setting.name === "retention")!.fallback!;
  const kept = keptText(parseIstatRetention(stated ?? fallback));
  print(`${raw}: as a counter of istatd ${name}, keeps ${kept}`);
  return true;
}

/** False for a name that no series can have. */
function printName(
  raw: string,
  schemas: readonly SchemaRule[] | null,
  aggregations: readonly AggregationRule[] | null,
): boolean {
  const canonical = canonicalName(raw);
  if (!canonical.ok) {
    print(`${raw}: no series has this name: ${canonical.reason}`);
    return false;
  }
  const { name } = canonical;
  const rules = new StorageRules(schemas, aggregations);
  const schema = schemas?.find((rule) => rule.retentions !== null && rule.pattern.search(name));
  const aggregation = aggregations?.find((rule) => rule.pattern.search(name));
  const { method, xFilesFactor } = rules.aggregationOf(name);
  print(
    `${name}: ${sectionText(schema, "schema")} keeps ${keptText(rules.retentionsOf(name))}; ` +
      `${sectionText(aggregation, "aggregation")} says ${method}, xFilesFactor ${xFilesFactor}`,
  );
  return true;
}

function sectionText(rule: { name: string } | undefined, kind: string): string {
  return rule === undefined ? `no ${kind} section matches, the default` : `${kind} [${rule.name}]`;
}

function keptText(retentions: readonly Retention[]): string {
  return retentions
    .map(({ step, seconds, lambda }) => {
      const kept = `${spanText(step)} for ${spanText(seconds)}`;
      return lambda === undefined ? kept : `${kept} (trailing, lambda ${lambda})`;
    })
    .join(", ");
}

function printConverted({ settings, unused, toImport }: ConvertedConf): void {
  for (const { name, value, from } of settings) print(`applies: ${from}: --${name} ${value}`);
  for (const { section, name, value, reason } of unused) {
    print(`does not apply: [${section}] ${name} = ${value}: ${reason}`);
  }
  if (toImport !== null) print(`to be imported: statite import ${toImport}`);
}

function convert(files: Files): void {
  const found = [carbonOf(files), istatdOf(files)].filter((one) => one !== null);
  if (found.length === 0) {
    throw new UsageError("name a file with --carbon-conf or --istatd-conf");
  }
  // A setting that both ask for would be there twice.
  const seen = new Set<string>();
  for (const { settings, unused, toImport } of found) {
    for (const { name, value, from } of settings) {
      const own = files[name as keyof Files];
      print(`# ${own === undefined ? from : "as it was given"}`);
      print(`${seen.has(name) ? "# " : ""}${name} = ${own ?? value}`);
      seen.add(name);
    }
    for (const { section, name, value, reason } of unused) {
      print(`# [${section}] ${name} = ${value}: ${reason}`);
    }
    if (toImport !== null) print(`# to be imported: statite import ${toImport}`);
  }
}

function carbonOf({ carbonConf }: Files): ConvertedConf | null {
  if (carbonConf === undefined) return null;
  const path = resolve(carbonConf);
  return convertCarbonConf(readText(path), dirname(path));
}

function istatdOf({ istatdConf }: Files): ConvertedConf | null {
  return istatdConf === undefined ? null : convertIstatdConf(readText(resolve(istatdConf)));
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
