import type { Variable } from "./dashboard.ts";

/** What the chosen values of a variable are, by its name. */
export type Chosen = ReadonlyMap<string, readonly string[]>;

const REFERENCE = /\$(\w+)|\$\{(\w+)(?::\w+)?\}|\[\[(\w+)(?::\w+)?\]\]/g;

/**
 * A target with the variables filled in: `$name`, `${name}` and `[[name]]`, the last two also with
 * Grafana's format behind a colon, which is passed over. Several values become `{a,b}`. A name that
 * no variable has stays as it is.
 */
export function fillVariables(text: string, chosen: Chosen): string {
  return text.replace(
    REFERENCE,
    (written: string, plain?: string, braced?: string, bracketed?: string) => {
      const values = chosen.get(plain ?? braced ?? bracketed ?? "");
      if (values === undefined) return written;
      return values.length === 1 ? values[0]! : `{${values.join(",")}}`;
    },
  );
}

/** Names of variables that a text refers to. */
export function variablesIn(text: string): string[] {
  return [...text.matchAll(REFERENCE)].map(
    ([, plain, braced, bracketed]) => plain ?? braced ?? bracketed ?? "",
  );
}

/** What asks the server for the values of a variable: a path of its API, and how to read the answer. */
export type Question =
  | { kind: "find"; glob: string }
  | { kind: "tag"; tag: string; expressions: string[] };

/** The question that gives a variable its values, null for one that needs none. */
export function questionOf(variable: Variable, chosen: Chosen): Question | null {
  const query = fillVariables(variable.query, chosen).trim();
  if (query === "") return null;
  if (variable.kind === "find") return { kind: "find", glob: query };
  if (variable.kind !== "tag") return null;
  const [tag = "", ...expressions] = query.split(/\s+/);
  return { kind: "tag", tag, expressions };
}

/** The values that a list writes down: between commas. */
export function listedValues(variable: Variable): string[] {
  return distinct(
    variable.query
      .split(",")
      .map((value) => value.trim())
      .filter((value) => value !== ""),
  );
}

/**
 * The values that the pattern of a variable lets through, as its first group shows them, each once. A
 * pattern that is no regular expression lets all through.
 */
export function patternedValues(values: readonly string[], pattern: string): string[] {
  const regex = regexOf(pattern);
  if (regex === null) return distinct(values);
  const found: string[] = [];
  for (const value of values) {
    const match = regex.exec(value);
    if (match !== null) found.push(match[1] ?? value);
  }
  return distinct(found);
}

/** The order in which variables must be filled: after those that their queries refer to. */
export function fillingOrder(variables: readonly Variable[]): Variable[] {
  const order: Variable[] = [];
  const waiting = [...variables];
  while (waiting.length > 0) {
    const at = waiting.findIndex((variable) =>
      variablesIn(variable.query).every(
        (name) => !waiting.some((other) => other !== variable && other.name === name),
      ),
    );
    // Those that refer to one another in a circle come as they are written.
    order.push(...waiting.splice(Math.max(at, 0), 1));
  }
  return order;
}

/**
 * What is chosen of a variable: what the address says, else what was saved, else the first of its
 * values. An empty list when there is nothing to choose from.
 */
export function choose(
  variable: Variable,
  asked: readonly string[],
  values: readonly string[],
): readonly string[] {
  const wanted = asked.length > 0 ? asked : variable.chosen;
  const some = wanted.length > 0 ? wanted : values.slice(0, 1);
  return variable.isMulti ? some : some.slice(0, 1);
}

/** Grafana writes `/…/flags`; others the expression alone. */
function regexOf(pattern: string): RegExp | null {
  if (pattern === "") return null;
  const slashed = /^\/(.*)\/([a-z]*)$/s.exec(pattern);
  try {
    return slashed === null
      ? new RegExp(pattern)
      : new RegExp(slashed[1]!, slashed[2]!.replace(/[gy]/g, ""));
  } catch {
    return null;
  }
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)];
}
