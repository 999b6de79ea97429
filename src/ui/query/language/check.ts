import { nearestName } from "../../../model/nearest-name.ts";
import { bindArguments, freeParams } from "./bind.ts";
import type { FunctionDocs, ParamDoc } from "./functions.ts";
import { takesSeries } from "./functions.ts";
import { type CallNode, type LiteralNode, type Problem, type TreeNode, walk } from "./tree.ts";

const MAX_EDITS = 3;

/**
 * What can be told about a tree without the server: unknown functions, arguments that are missing,
 * too many, or of the wrong kind. The server has the last word, so what it might take after all is a
 * warning only.
 */
export function checkTree(root: TreeNode, docs: FunctionDocs): Problem[] {
  const problems: Problem[] = [];
  if (docs.size === 0) return problems;
  walk(root, (node) => {
    if (node.kind === "call" && node.name !== "template" && node.name !== "") {
      checkCall(node, docs, problems);
    }
  });
  return problems.sort((a, b) => a.from - b.from);
}

function checkCall(call: CallNode, docs: FunctionDocs, problems: Problem[]): void {
  const doc = docs.get(call.name);
  if (doc === undefined) {
    const nearest = nearestName(call.name, docs.keys(), MAX_EDITS);
    const hint = nearest === null ? "" : `; did you mean ${nearest}?`;
    const message = `there is no function ${call.name}${hint}`;
    problems.push({ severity: "error", ...call.nameSpan, message });
    return;
  }
  const warn = (message: string, { from, to }: { from: number; to: number }): void => {
    problems.push({ severity: "warning", from, to, message });
  };
  for (const { argument, param } of bindArguments(call, doc)) {
    const { name, value } = argument;
    if (value.kind === "missing") continue;
    if (param === null && name !== null) {
      const names = doc.params.map((one) => one.name).join(", ");
      warn(`${doc.name} has no parameter ${name.text}; it has ${names}`, name);
    } else if (param === null) {
      warn(`${doc.name} takes at most ${doc.params.length} arguments`, value);
    } else {
      const wrong = mismatch(value, param);
      if (wrong !== null) warn(`${param.name} of ${doc.name} should be ${wrong}`, value);
    }
  }
  const missing = freeParams(call, doc).filter((param) => param.isRequired);
  if (missing.length > 0 && call.close >= 0) {
    const names = missing.map((param) => param.name).join(" and ");
    warn(`${doc.name} needs ${names}`, call.nameSpan);
  }
}

/** What a literal or a path should be instead; null where it may be right. */
function mismatch(value: TreeNode, param: ParamDoc): string | null {
  if (value.kind === "none" || param.type === "any") return null;
  if (takesSeries(param)) {
    return value.kind === "call" || value.kind === "path" ? null : "series";
  }
  switch (param.type) {
    case "float":
      return isNumber(value) ? null : "a number";
    case "integer":
    case "node":
    case "intOrInf":
      return isNumber(value) ? null : "a whole number";
    case "boolean":
      return value.kind === "boolean" || value.kind === "string" ? null : "true or false";
    case "string":
    case "tag":
    case "interval":
    case "date":
    case "aggFunc":
    case "aggOrSeriesFunc":
      return value.kind === "path" || value.kind === "call" ? "text in quotes" : null;
    default:
      return null;
  }
}

/** Numbers may be quoted. */
function isNumber(value: TreeNode): boolean {
  if (value.kind === "string")
    return /^["']-?[0-9.]+(e-?[0-9]+)?["']$/i.test((value as LiteralNode).text);
  return value.kind === "number" || value.kind === "boolean";
}
