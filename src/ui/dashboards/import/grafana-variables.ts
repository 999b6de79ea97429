import { MAX_VARIABLES, type Variable } from "../model/dashboard.ts";
import { isVariableName } from "../model/saved.ts";
import { fieldsOf, listOf, textOf } from "../model/untrusted.ts";
import { graphiteInterval } from "./grafana-time.ts";

/** Variables of a dashboard, as far as their values come from Graphite or are written down. */
export function grafanaVariables(list: readonly unknown[], notes: string[]): Variable[] {
  const variables: Variable[] = [];
  for (const saved of list) {
    const variable = fieldsOf(saved);
    const name = textOf(variable.name);
    const type = textOf(variable.type, "query");
    const source = isVariableName(name) ? sourceOf(type, variable) : null;
    if (source === null || variables.length >= MAX_VARIABLES) {
      notes.push(`The variable ${name || "without a name"} (${type}) is left out.`);
      continue;
    }
    variables.push({
      name,
      label: textOf(variable.label),
      ...source,
      pattern: type === "query" ? textOf(variable.regex) : "",
      isMulti: variable.multi === true,
      chosen: chosenOf(fieldsOf(variable.current), textOf(variable.allValue), type),
    });
  }
  return variables;
}

function sourceOf(
  type: string,
  variable: Readonly<Record<string, unknown>>,
): Pick<Variable, "kind" | "query"> | null {
  const inner = fieldsOf(variable.query);
  const query = textOf(variable.query) || textOf(inner.target) || textOf(inner.query);
  switch (type) {
    case "query":
      return query === "" ? null : graphiteSource(query);
    case "custom":
      // `text : value` shows something else than it fills in; here the value is shown.
      return {
        kind: "list",
        query: commaParts(query)
          .map((part) => part.split(" : ").at(-1)!)
          .join(","),
      };
    case "interval":
      return {
        kind: "list",
        query: commaParts(query)
          .map((part) => graphiteInterval(part))
          .filter((part) => part !== null)
          .join(","),
      };
    case "constant":
    case "textbox":
      return { kind: "text", query };
    default:
      return null;
  }
}

/** `servers.*`, `expand(servers.*)`, `tags(…)` and `tag_values(TAG, EXPRESSION…)`. */
function graphiteSource(query: string): Pick<Variable, "kind" | "query"> | null {
  const tags = /^tag_values\((.*)\)$/s.exec(query.trim());
  if (tags !== null) return { kind: "tag", query: commaParts(tags[1]!).join(" ") };
  if (/^tags\(/.test(query)) return null;
  const glob = /^expand\((.*)\)$/s.exec(query.trim())?.[1] ?? query.trim();
  return glob === "" ? null : { kind: "find", query: glob };
}

function chosenOf(
  current: Readonly<Record<string, unknown>>,
  allValue: string,
  type: string,
): string[] {
  const values = Array.isArray(current.value) ? listOf(current.value) : [current.value];
  const texts = values.map((value) => textOf(value)).filter((value) => value !== "");
  const filled = texts.map((value) => (value === "$__all" ? allValue || "*" : value));
  if (type !== "interval") return filled;
  return filled.map((value) => graphiteInterval(value) ?? value);
}

function commaParts(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim().replace(/^(['"])(.*)\1$/, "$2"))
    .filter((part) => part !== "");
}
