import { emptyDashboard, type Mode } from "../model/dashboard.ts";
import { fieldsOf, listOf, numberOf, parseJson, textOf } from "../model/untrusted.ts";
import { addGraph, type Imported, sizeOfPixels } from "./imported.ts";

/** By istatd's number of a format. */
const MODES: Readonly<Record<number, Mode>> = {
  1: "line",
  2: "deviation",
  3: "band",
  4: "stacked",
  5: "area",
};
const KEY = "dashboard.";

/** Whether a saved value has the shape of istatd's dashboards: lists of lists of series. */
export function isIstatd(value: unknown): boolean {
  const { graphs, formats } = fieldsOf(value);
  return Array.isArray(graphs) && (Array.isArray(formats) || graphs.every(Array.isArray));
}

/** A dashboard as istatd's page saves it under `dashboard.NAME`. */
export function importIstatd(title: string, value: unknown): Imported {
  const { size, graphs, formats, timeInterval, autoRefresh } = fieldsOf(value);
  const imported: Imported = { dashboard: emptyDashboard(title), notes: [] };
  const { width, height } = fieldsOf(size);
  const place = { x: 0, y: 0, ...sizeOfPixels(numberOf(width) ?? 600, numberOf(height) ?? 240) };
  const seconds = numberOf(timeInterval);
  if (seconds !== null && seconds > 0) imported.dashboard.from = `-${Math.round(seconds)}s`;
  imported.dashboard.refreshSeconds = autoRefresh === true ? refreshOf(seconds ?? 3600) : 0;
  listOf(graphs).forEach((series, i) => {
    const targets = listOf(series)
      .map((name) => textOf(name))
      .filter((name) => name !== "");
    const mode = MODES[numberOf(listOf(formats)[i]) ?? 3] ?? "band";
    if (targets.length > 0) addGraph(imported, targets, { mode, place, title: "" });
  });
  return imported;
}

/**
 * Dashboards of a file `NAME.set` in which istatd has kept a container of settings: lines
 * `dashboard.NAME=JSON`, the JSON with backslashes before quotes.
 *
 * @throws Error with a sentence for people when there is none in it
 */
export function importSetFile(
  entries: readonly (readonly [key: string, value: string])[],
): { name: string; imported: Imported }[] {
  const found: { name: string; imported: Imported }[] = [];
  const broken: string[] = [];
  for (const [key, text] of entries) {
    if (!key.startsWith(KEY)) continue;
    const name = key.slice(KEY.length);
    try {
      const value = parseJson(text);
      if (!isIstatd(value)) throw new Error("it has no graphs");
      found.push({ name, imported: importIstatd(name, value) });
    } catch {
      broken.push(name);
    }
  }
  if (found.length === 0) {
    throw new Error(
      broken.length === 0
        ? "there is no dashboard in these settings: dashboards have keys that begin with dashboard."
        : `no dashboard in it can be read: ${broken.slice(0, 10).join(", ")}`,
    );
  }
  const first = found[0]!.imported;
  if (broken.length > 0) first.notes.push(`These cannot be read: ${broken.join(", ")}.`);
  return found;
}

/** istatd asks as often as a range of 500 points moves. */
function refreshOf(seconds: number): number {
  const wanted = seconds / 500;
  return [5, 10, 15, 20, 30, 60].find((each) => each >= wanted) ?? 120;
}
