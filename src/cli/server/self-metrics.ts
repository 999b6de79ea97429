import type { RuleFill } from "../../ingest/rule-fills.ts";

/** Numbers of the server by name, as Prometheus text. */
export function prometheusText(
  numbers: Readonly<Record<string, number>>,
  refusals: readonly (readonly [string, number])[],
  fills: readonly RuleFill[] = [],
): string {
  const lines: string[] = [];
  for (const [name, value] of Object.entries(numbers)) {
    lines.push(`# TYPE statite_${name} untyped`, `statite_${name} ${value}`);
  }
  lines.push("# TYPE statite_refused_total counter");
  for (const [key, count] of refusals) {
    const [protocol, reason] = key.split(" ");
    lines.push(`statite_refused_total{protocol="${protocol}",reason="${reason}"} ${count}`);
  }
  if (fills.length > 0) lines.push("# TYPE statite_schema_fill gauge");
  for (const { rule, fill } of fills) {
    lines.push(`statite_schema_fill{schema="${escaped(rule)}"} ${fill.toFixed(4)}`);
  }
  if (fills.length > 0) lines.push("# TYPE statite_schema_series gauge");
  for (const { rule, series } of fills) {
    lines.push(`statite_schema_series{schema="${escaped(rule)}"} ${series}`);
  }
  return `${lines.join("\n")}\n`;
}

function escaped(label: string): string {
  return label.replace(/[\\"\n]/g, (character) => (character === "\n" ? "\\n" : `\\${character}`));
}
