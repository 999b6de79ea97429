/** Rows below headings, in columns; columns of numbers are aligned to the right. */
export function tableLines(headings: readonly string[], rows: readonly string[][]): string[] {
  const all = [[...headings], ...rows];
  const widths = headings.map((_, i) => Math.max(...all.map((row) => row[i]!.length)));
  const isNumeric = headings.map((_, i) => rows.every((row) => /^-?[\d.,]*$/.test(row[i]!)));
  return all.map((row) =>
    row
      .map((cell, i) => (isNumeric[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join("  ")
      .trimEnd(),
  );
}
