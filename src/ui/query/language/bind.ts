import type { FunctionDoc, ParamDoc } from "./functions.ts";
import type { ArgumentNode, CallNode } from "./tree.ts";

export interface BoundArgument {
  argument: ArgumentNode;
  /** Null for one too many, or one by a name that the function does not have. */
  param: ParamDoc | null;
}

/** Which parameter each argument of a call is for. */
export function bindArguments(call: CallNode, doc: FunctionDoc | undefined): BoundArgument[] {
  let position = 0;
  return call.args.map((argument) => {
    const name = argument.name?.text;
    if (name !== undefined) {
      return { argument, param: doc?.params.find((param) => param.name === name) ?? null };
    }
    return { argument, param: paramAt(doc, position++) };
  });
}

/** The parameter of the argument at a position, from 0. */
export function paramAt(doc: FunctionDoc | undefined, position: number): ParamDoc | null {
  if (doc === undefined) return null;
  const last = doc.params.at(-1);
  return doc.params[position] ?? (last?.isMultiple === true ? last : null);
}

/** Parameters that no argument is for, but perhaps the one at `except`. */
export function freeParams(call: CallNode, doc: FunctionDoc | undefined, except = -1): ParamDoc[] {
  const taken = new Set(
    bindArguments(call, doc)
      .filter(({ argument }, i) => i !== except && argument.value.kind !== "missing")
      .map(({ param }) => param),
  );
  return doc?.params.filter((param) => !taken.has(param)) ?? [];
}
