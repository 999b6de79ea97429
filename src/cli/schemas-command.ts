import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Command } from "commander";
import { type ConvertedCarbon, convertCarbonConf } from "../config/carbon-conf.ts";
import { type Read, readAggregations, readSchemas } from "../config/storage-files.ts";
import type { Retention } from "../model/retention.ts";
import type { AggregationRule, SchemaRule } from "../model/schema.ts";
import { StorageRules } from "../model/schema.ts";
import { canonicalName } from "../model/series-name.ts";
import { spanText } from "../model/time-text.ts";
import { FAILED, fail, statusOf, UsageError } from "./exit.ts";

const CHECK_HELP = `
Says of carbon's files what applies here, what does not, and why. Of each NAME: which section decides,
what it keeps, and how its coarser buckets are made.

Exit status: 0 all can be used, 1 something is left out, 2 called wrongly.

Examples:
  statite schemas check --carbon-conf /etc/carbon/carbon.conf
  statite schemas check --schemas storage-schemas.conf servers.web1.load 'disk;host=web1'`;

const CONVERT_HELP = `
Prints a configuration file of statite that does what a carbon.conf asks for, as far as that applies.

Example:
  statite schemas convert --carbon-conf /etc/carbon/carbon.conf > statite.conf`;

interface Files {
  carbonConf?: string;
  schemas?: string;
  aggregation?: string;
}

/** `statite schemas check` and `statite schemas convert`. */
export function addSchemasCommand(program: Command): void {
  const command = program.command("schemas").description("look at the configuration of a carbon");
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
  if (carbon === null && schemasPath === undefined && aggregationPath === undefined) {
    throw new UsageError("name a file: --carbon-conf, --schemas or --aggregation");
  }
  const warnings: string[] = [];
  const read = <T>(file: string | undefined, parse: (text: string) => Read<T>): T[] | null => {
    if (file === undefined) return null;
    const { rules, warnings: own } = parse(readText(file));
    for (const warning of own) warnings.push(`${file}: ${warning}`);
    return rules;
  };
  if (carbon !== null) printCarbon(carbon);
  const schemas = read(schemasPath, readSchemas);
  const aggregations = read(aggregationPath, readAggregations);
  for (const { name, retentions } of schemas ?? []) {
    if (retentions !== null) print(`schema [${name}]: ${keptText(retentions)}`);
  }
  for (const { name, method, xFilesFactor } of aggregations ?? []) {
    print(`aggregation [${name}]: ${method}, xFilesFactor ${xFilesFactor}`);
  }
  for (const warning of warnings) print(`warning: ${warning}`);
  const isGood = names.map((name) => printName(name, schemas, aggregations)).every(Boolean);
  return isGood && warnings.length === 0;
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
    .map(({ step, seconds }) => `${spanText(step)} for ${spanText(seconds)}`)
    .join(", ");
}

function printCarbon({ settings, unused, whisperFolder }: ConvertedCarbon): void {
  for (const { name, value, from } of settings) print(`applies: ${from}: --${name} ${value}`);
  for (const { section, name, value, reason } of unused) {
    print(`does not apply: [${section}] ${name} = ${value}: ${reason}`);
  }
  if (whisperFolder !== null) print(`to be imported: statite import whisper ${whisperFolder}`);
}

function convert(files: Files): void {
  const carbon = carbonOf(files);
  if (carbon === null) throw new UsageError("name a carbon.conf with --carbon-conf");
  for (const { name, value, from } of carbon.settings) {
    const own = files[name as keyof Files];
    print(`# ${own === undefined ? from : "as it was given"}`);
    print(`${name} = ${own ?? value}`);
  }
  for (const { section, name, value, reason } of carbon.unused) {
    print(`# [${section}] ${name} = ${value}: ${reason}`);
  }
  if (carbon.whisperFolder !== null) {
    print(`# to be imported: statite import whisper ${carbon.whisperFolder}`);
  }
}

function carbonOf({ carbonConf }: Files): ConvertedCarbon | null {
  if (carbonConf === undefined) return null;
  const path = resolve(carbonConf);
  return convertCarbonConf(readText(path), dirname(path));
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
