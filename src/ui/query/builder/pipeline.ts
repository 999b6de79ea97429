import { type FunctionDocs, hasInput } from "../language/functions.ts";
import {
  type ArgumentNode,
  type CallNode,
  innerArguments,
  type TreeNode,
} from "../language/tree.ts";

/** A target as people build it: where the series come from, then what is done to them, in order. */
export interface Pipeline {
  source: Source;
  steps: Step[];
}

export type Source =
  | { kind: "path"; text: string }
  /** A function that makes series of nothing: seriesByTag, constantLine … */
  | { kind: "call"; name: string; args: Argument[] }
  | { kind: "literal"; text: string }
  | { kind: "empty" };

/** A function and its arguments besides the series it is applied to. */
export interface Step {
  name: string;
  isPiped: boolean;
  args: Argument[];
}

export interface Argument {
  name: string | null;
  value: Value;
}

export type Value =
  | { kind: "literal"; text: string }
  | { kind: "series"; pipeline: Pipeline }
  | { kind: "empty" };

/** Turns a tree inside out: the innermost first. */
export function pipelineOf(root: TreeNode | null, docs: FunctionDocs): Pipeline {
  const steps: Step[] = [];
  let node: TreeNode | null = root;
  while (node?.kind === "call" && takesInput(node, docs)) {
    const rest: ArgumentNode[] = node.isPiped ? innerArguments(node) : node.args.slice(1);
    steps.unshift({
      name: node.name,
      isPiped: node.isPiped,
      args: rest.map((argument) => argumentOf(argument, docs)),
    });
    node = node.args[0]?.value ?? null;
  }
  return { source: sourceOf(node, docs), steps };
}

function takesInput(call: CallNode, docs: FunctionDocs): boolean {
  if (call.isPiped) return true;
  const doc = docs.get(call.name);
  const first = call.args[0];
  if (doc !== undefined) return hasInput(doc) && (first?.name ?? null) === null;
  const kind = first?.value.kind;
  return first?.name === null && (kind === "path" || kind === "call" || kind === "missing");
}

function sourceOf(node: TreeNode | null, docs: FunctionDocs): Source {
  if (node === null || node.kind === "missing") return { kind: "empty" };
  if (node.kind === "path") return { kind: "path", text: node.text };
  if (node.kind !== "call") return { kind: "literal", text: node.text };
  return {
    kind: "call",
    name: node.name,
    args: node.args.map((argument) => argumentOf(argument, docs)),
  };
}

function argumentOf({ name, value }: ArgumentNode, docs: FunctionDocs): Argument {
  return { name: name?.text ?? null, value: readValue(value, docs) };
}

function readValue(node: TreeNode, docs: FunctionDocs): Value {
  if (node.kind === "missing") return { kind: "empty" };
  if (node.kind === "path" || node.kind === "call") {
    return { kind: "series", pipeline: pipelineOf(node, docs) };
  }
  return { kind: "literal", text: node.text };
}

/**
 * The text of a pipeline. What was piped stays piped, as far as the language has it: behind a pipe
 * there is no call of nothing but named arguments, and none inside of a template's first argument.
 */
export function pipelineText({ source, steps }: Pipeline): string {
  let text = sourceText(source);
  steps.forEach((step, i) => {
    const args = step.args.map(argumentText);
    const isBody = steps[i + 1]?.name === "template";
    const isPiped =
      step.isPiped &&
      text !== "" &&
      !isBody &&
      step.name !== "template" &&
      step.args[0]?.name == null;
    const inner = isPiped || (text === "" && args.length === 0) ? args : [text, ...args];
    const call = `${step.name}(${inner.join(", ")})`;
    text = isPiped ? `${text}|${call}` : call;
  });
  return text;
}

function sourceText(source: Source): string {
  if (source.kind === "empty") return "";
  if (source.kind !== "call") return source.text;
  return `${source.name}(${source.args.map(argumentText).join(", ")})`;
}

function argumentText({ name, value }: Argument): string {
  const prefix = name === null ? "" : `${name}=`;
  if (value.kind === "empty") return prefix;
  return prefix + (value.kind === "literal" ? value.text : pipelineText(value.pipeline));
}
