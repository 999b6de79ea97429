import { type Fields, fieldsOf, listOf, textOf } from "../model/untrusted.ts";
import { graphiteInterval } from "./grafana-time.ts";

/** Of a target with everything that it refers to. */
const MAX_LENGTH = 20_000;

/**
 * Targets of a panel that are drawn, with `#A` replaced by the query that is named so, and intervals
 * as Graphite writes them.
 */
export function grafanaTargets(panel: Fields, title: string, notes: string[]): string[] {
  const queries = listOf(panel.targets).map(fieldsOf);
  const references = new References(
    new Map(queries.map(({ refId, target }) => [textOf(refId), textOf(target)])),
  );
  const targets: string[] = [];
  let others = 0;
  for (const query of queries) {
    if (query.hide === true) continue;
    if (!isGraphiteQuery(query, panel)) {
      others++;
      continue;
    }
    const full = references.expand(textOf(query.target)) ?? textOf(query.targetFull);
    if (full.trim() !== "") targets.push(withIntervals(full));
  }
  if (others > 0 && targets.length > 0) {
    notes.push(`“${title}”: ${others} of its queries are not Graphite's, and left out.`);
  }
  return targets;
}

/** A query of Graphite has a text `target`; one of another source has not, or says so. */
function isGraphiteQuery(query: Fields, panel: Fields): boolean {
  if (textOf(query.target) === "" && textOf(query.targetFull) === "") return false;
  const source = textOf(fieldsOf(query.datasource).type) || textOf(fieldsOf(panel.datasource).type);
  return source === "" || source === "graphite" || source === "mixed" || source === "datasource";
}

/** What names of queries stand for, each worked out once: a few short ones can mean gigabytes. */
class References {
  readonly #targets: ReadonlyMap<string, string>;
  /** Null for one that is being worked out, and for one that becomes too long. */
  readonly #expanded = new Map<string, string | null>();

  constructor(targets: ReadonlyMap<string, string>) {
    this.#targets = targets;
  }

  /** A target with all names replaced; null when it becomes too long, or leads back to itself. */
  expand(target: string): string | null {
    let isWhole = true;
    let length = target.length;
    const expanded = target.replace(/#([A-Z]{1,2})(?![A-Za-z0-9])/g, (written, name: string) => {
      if (!isWhole || !this.#targets.has(name)) return written;
      const inner = this.#named(name);
      length += inner?.length ?? 0;
      if (inner === null || length > MAX_LENGTH) isWhole = false;
      return isWhole ? (inner ?? "") : "";
    });
    return isWhole ? expanded : null;
  }

  #named(name: string): string | null {
    const known = this.#expanded.get(name);
    if (known !== undefined) return known;
    this.#expanded.set(name, null);
    const expanded = this.expand(this.#targets.get(name) ?? "");
    this.#expanded.set(name, expanded);
    return expanded;
  }
}

/** As Grafana does it before it sends a query: only those in single quotes. */
function withIntervals(target: string): string {
  return target.replace(/'(\d+[smhdwMy])'/g, (written, interval: string) => {
    const graphite = graphiteInterval(interval);
    return graphite === null ? written : `'${graphite}'`;
  });
}
