import { readSetFile } from "../../../model/istat-set-file.ts";
import { isOurs, readSaved } from "../model/saved.ts";
import { fieldsOf, parseJson, textOf } from "../model/untrusted.ts";
import { importGrafana, isGrafana } from "./grafana.ts";
import { importGraphite, isGraphite } from "./graphite.ts";
import type { Imported } from "./imported.ts";
import { importIstatd, importSetFile, isIstatd } from "./istatd.ts";

/** Larger files are no dashboards. */
export const MAX_FILE_BYTES = 8 << 20;

export type Origin = "statite" | "istatd" | "graphite" | "grafana";

export interface FoundDashboard extends Imported {
  /** What it is called there. */
  name: string;
  origin: Origin;
}

/**
 * The dashboards of a file: one that was saved here, one of Grafana or Graphite (JSON), or all in a
 * file `.set` of istatd.
 *
 * @throws Error with a sentence for people when there is none
 */
export function importFile(fileName: string, text: string): FoundDashboard[] {
  const name = fileName.replace(/^.*[\\/]/, "").replace(/\.(json|set|txt)$/i, "");
  if (/^\s*[[{]/.test(text)) return [importValue(name, parseJson(text))];
  if (
    /\.set$/i.test(fileName) ||
    text.startsWith("# istatd settings") ||
    /^dashboard\./m.test(text)
  ) {
    return importSetFile(readSetFile(text)).map(({ name: found, imported }) => ({
      name: found,
      origin: "istatd",
      ...imported,
    }));
  }
  throw new Error(
    "this is no dashboard: JSON of Grafana, of Graphite or of this server, and files .set of istatd can be imported",
  );
}

/**
 * A dashboard as it is kept by this server, whoever made it.
 *
 * @throws Error with a sentence for people when it is none
 */
export function importValue(name: string, value: unknown): FoundDashboard {
  if (isOurs(value)) {
    const dashboard = readSaved(value);
    return { name: dashboard.title || name, origin: "statite", dashboard, notes: [] };
  }
  // /dashboard/load wraps what was saved.
  const { state } = fieldsOf(value);
  if (isGraphite(state)) return importValue(name, state);
  if (isGraphite(value)) {
    const title = textOf(fieldsOf(value).name, name) || name;
    return { name: title, origin: "graphite", ...importGraphite(title, value) };
  }
  if (isGrafana(value)) {
    const imported = importGrafana(value);
    return { name: imported.dashboard.title, origin: "grafana", ...imported };
  }
  if (isIstatd(value)) return { name, origin: "istatd", ...importIstatd(name, value) };
  throw new Error(
    "this JSON is no dashboard that is known here: Grafana's, Graphite's, istatd's and those of this server are",
  );
}
