import { signal } from "@preact/signals";

/** Targets that were asked for together. */
export type PastQuery = readonly string[];

const KEY = "statite.queries";
const MOST = 50;

/** What was asked for in this browser, the latest first. */
export const pastQueries = signal<readonly PastQuery[]>(read());

export function remember(targets: PastQuery): void {
  if (targets.length === 0) return;
  pastQueries.value = withQuery(pastQueries.peek(), targets);
  keep();
}

export function forgetQueries(): void {
  pastQueries.value = [];
  keep();
}

/** One that was asked before comes first again. */
export function withQuery(past: readonly PastQuery[], targets: PastQuery): PastQuery[] {
  const key = JSON.stringify(targets);
  return [targets, ...past.filter((one) => JSON.stringify(one) !== key)].slice(0, MOST);
}

function read(): PastQuery[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    if (!Array.isArray(found)) return [];
    return found.filter(
      (one): one is string[] => Array.isArray(one) && one.every((text) => typeof text === "string"),
    );
  } catch {
    return [];
  }
}

function keep(): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(pastQueries.peek()));
  } catch {
    // A browser may keep nothing; then it lasts as long as the page.
  }
}
