/** A target of the query screen as it is being written. */
export interface Row {
  id: number;
  text: string;
  isHidden: boolean;
  /** Whether its chips are shown instead of its text. */
  isBuilt: boolean;
}

/** What an address says of the targets: those of its first graph, and which of them are hidden. */
export interface AskedTargets {
  targets: readonly string[];
  /** Letters of those that are not drawn. */
  hidden: string;
}

let lastId = 0;

export function newRow(text = "", from: Partial<Row> = {}): Row {
  return { isHidden: false, isBuilt: false, ...from, text, id: ++lastId };
}

/** Rows that show what an address asks for; those that were there keep their place and their look. */
export function rowsOf({ targets, hidden }: AskedTargets, before: readonly Row[] = []): Row[] {
  const letters = new Set(hidden.split(","));
  const rows = targets.map((text, i) => {
    const row = before[i] ?? newRow();
    return { ...row, text, isHidden: letters.has(letterOf(i)) };
  });
  return rows.length > 0 ? rows : [before[0] ?? newRow()].map((row) => ({ ...row, text: "" }));
}

/** What is asked for by rows; empty ones are nothing. */
export function askedTargets(rows: readonly Row[]): AskedTargets {
  const asked = rows.filter(({ text }) => text.trim() !== "");
  const hidden = asked.flatMap(({ isHidden }, i) => (isHidden ? [letterOf(i)] : []));
  return { targets: asked.map(({ text }) => text), hidden: hidden.join(",") };
}

/** The targets that are drawn. */
export function shownTargets({ targets, hidden }: AskedTargets): string[] {
  const letters = new Set(hidden.split(","));
  return targets.filter((_, i) => !letters.has(letterOf(i)));
}

/** A, B, …, Z, AA, AB, … */
export function letterOf(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : letterOf(Math.floor(index / 26) - 1) + letter;
}
