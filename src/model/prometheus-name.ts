import { mungeIstatName } from "./istat-name.ts";

/** A series as Prometheus knows it. */
export interface PrometheusSeries {
  metric: string;
  labels: readonly (readonly [name: string, value: string])[];
  /** Sums of events; else the newest sample of a gauge. */
  isEvent: boolean;
}

export interface PrometheusNaming {
  /** Nodes of a caret piece that are tags, `host` of `host.web1`, besides istatd's own. */
  tags: readonly string[];
  /** Names get the letters that Prometheus had before version 3; else they stay as istatd keeps them. */
  isTranslated: boolean;
}

export const ISTATD_TAGS = ["host", "role", "class", "pool", "cluster"];

/** Pieces of a name that are looked at. */
const MAX_PIECES = 64;

/**
 * The series that an istat name feeds. Of `base^p1^p2` each piece TAG.VALUE is a label, the shortest
 * tag that fits; all labels together are one series, and a tag that is there already begins another
 * one. Other pieces are series of their own without labels, `base.piece`, and so is a bare base that
 * is named by a last caret. Names without a caret have no labels. Events get the label counter="1".
 */
export function prometheusSeries(raw: string, naming: PrometheusNaming): PrometheusSeries[] {
  const isEvent = raw.startsWith("*");
  const [base = "", ...pieces] = (isEvent ? raw.slice(1) : raw).split("^");
  if (pieces.length === 0) return plain(base, isEvent, naming);
  const isBare = base === "";
  const series: PrometheusSeries[] = [];
  let labels: [string, string][] = [];
  const endLabels = (): void => {
    if (labels.length > 0) series.push(...plain(base, isEvent, naming, labels));
    labels = [];
  };
  const written = pieces.filter((piece) => piece !== "").slice(0, MAX_PIECES);
  for (const piece of written) {
    const label = isBare ? null : labelOf(piece, naming);
    if (label === null) {
      const isStarred = isBare && piece.startsWith("*");
      const name = isBare ? piece.slice(isStarred ? 1 : 0) : `${base}.${piece}`;
      series.push(...plain(name, isEvent || isStarred, naming));
      continue;
    }
    if (labels.some(([name]) => name === label[0])) endLabels();
    labels.push(label);
  }
  endLabels();
  if (pieces.at(-1) === "" && !isBare) series.push(...plain(base, isEvent, naming));
  return series;
}

function plain(
  name: string,
  isEvent: boolean,
  { isTranslated }: PrometheusNaming,
  labels: readonly [string, string][] = [],
): PrometheusSeries[] {
  const metric = isTranslated ? translated(name) : mungeIstatName(name);
  if (metric === "") return [];
  const isTaken = labels.some(([label]) => label === "counter");
  const all = isEvent && !isTaken ? [...labels, ["counter", "1"] as const] : labels;
  return [{ metric, labels: all, isEvent }];
}

function labelOf(
  piece: string,
  { tags, isTranslated }: PrometheusNaming,
): [name: string, value: string] | null {
  let found: string | null = null;
  for (const tag of tags) {
    if (!piece.startsWith(`${tag}.`)) continue;
    if (found === null || tag.length < found.length) found = tag;
  }
  if (found === null) return null;
  return [isTranslated ? translated(found) : found, piece.slice(found.length + 1)];
}

/** Letters, digits and `_`, in lower case, and no digit in front. */
function translated(name: string): string {
  const lower = name.replace(/[^A-Za-z0-9_]/g, "_").replace(/[A-Z]/g, (c) => c.toLowerCase());
  return /^\d/.test(lower) ? `_${lower}` : lower;
}
