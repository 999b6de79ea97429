/** Numbers of the server by name, as Prometheus text. */
export function prometheusText(
  numbers: Readonly<Record<string, number>>,
  refusals: readonly (readonly [string, number])[],
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
  return `${lines.join("\n")}\n`;
}
