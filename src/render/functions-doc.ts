import type { GraphiteFunction } from "../functions/define.ts";
import { FUNCTIONS } from "../functions/index.ts";
import type { Param } from "../functions/params.ts";
import { optionsOf, publishedType, signatureOf } from "./functions-json.ts";

const INTRODUCTION = `# Functions

What a render target can call. This page is made of the functions themselves: \`npm run docs\` writes it anew, and a
test fails when it is out of date.

Arguments are given in the order of the signature or by name, the first one always in order. Numbers and booleans may
be quoted. \`?\` marks what may be left out, \`...\` what may be given several times.`;

const KINDS = ["aggFunc", "aggOrSeriesFunc"] as const;

/** docs/functions.md: a table for each group. */
export function functionsDoc(): string {
  const groups = [...new Set(FUNCTIONS.map((fn) => fn.group))].sort();
  const kinds = KINDS.map((type) => {
    const { options = [] } = optionsOf({ type, required: true });
    return `- \`${type}\`: one of ${codes(options)}`;
  });
  return `${[INTRODUCTION, kinds.join("\n"), ...groups.map(section)].join("\n\n")}\n`;
}

function section(group: string): string {
  const rows = FUNCTIONS.filter((fn) => fn.group === group)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(row);
  const head = ["| call | parameters | what it does |", "|---|---|---|"];
  return [`## ${group}`, "", ...head, ...rows].join("\n");
}

function row(fn: GraphiteFunction): string {
  const also = fn.aliases.length === 0 ? "" : `, also ${codes(fn.aliases)}`;
  const cells = [
    `\`${signatureOf(fn.name, fn)}\`${also}`,
    fn.params.map(parameter).join("<br>"),
    fn.origin === "graphite" ? fn.doc : `${fn.doc} Not in Graphite.`,
  ];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function parameter(param: Param<unknown> & { name: string }): string {
  const repeated = param.multiple === true ? "..." : "";
  const optional = param.required ? "" : "?";
  const options = param.options === undefined ? "" : `, one of ${codes(param.options)}`;
  return `\`${param.name}${repeated}${optional}\`: ${publishedType(param)}${options}`;
}

function codes(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}
