import { GraphiteError } from "../../model/errors.ts";
import { withChanges } from "../../model/time-series.ts";
import { defineFunction } from "../define.ts";
import { evaluateAll } from "../evaluate-all.ts";
import { node, optional, seriesList, string } from "../params.ts";

const MAX_CHARACTERS = 65_536;

export const applyByNode = defineFunction({
  name: "applyByNode",
  group: "Combine",
  doc: "Evaluates a target for every beginning of the names, up to a node; % in it stands for that beginning.",
  params: { seriesList, nodeNum: node, templateFunction: string, newName: optional(string) },
  evaluate: ({ seriesList: list, nodeNum, templateFunction, newName }, context) => {
    const found = new Set<string>();
    for (const { name } of list) {
      const nodes = name.split(".");
      if (nodeNum >= nodes.length) {
        throw new GraphiteError("ERR_ARGUMENT", `${name} has no node ${nodeNum}`);
      }
      found.add(nodes.slice(0, nodeNum + 1).join("."));
    }
    const prefixes = [...found].sort();
    const targets = prefixes.map((prefix) => filledIn(templateFunction, prefix));
    const last = list.at(-1);
    return evaluateAll(targets, context).flatMap((answer, i) => {
      const prefix = prefixes[i]!;
      const name = newName === undefined ? {} : { name: filledIn(newName, prefix) };
      // Graphite puts all results on the times of its input.
      const times = last === undefined ? {} : { start: last.start, end: last.end };
      return answer.map((one) => withChanges(one, { ...name, ...times, pathExpression: prefix }));
    });
  },
});

function filledIn(template: string, prefix: string): string {
  const parts = template.split("%");
  if (template.length + (parts.length - 1) * prefix.length > MAX_CHARACTERS) {
    const message = `the template is longer than ${MAX_CHARACTERS} characters for ${prefix.slice(0, 100)}`;
    throw new GraphiteError("ERR_ARGUMENT", message);
  }
  return parts.join(prefix);
}
