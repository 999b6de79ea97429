import { notTooDeep } from "./not-too-deep.ts";

/**
 * A template's state for a value: wherever the key is a word of its own in a text (a node of a path,
 * for instance, but not a part of one), the value takes its place. Names of fields stay.
 *
 * @throws GraphiteError ERR_PARAMETER for a state that is nested too deep
 */
export function fillTemplate(state: string, key: string, value: string): string {
  const escaped = key.replace(/[^\w\s]/g, "\\$&");
  const word = new RegExp(`(?<![\\w-])${escaped}(?![\\w-])`, "g");
  return notTooDeep(() =>
    JSON.stringify(JSON.parse(state), (_name, part: unknown) =>
      typeof part === "string" ? part.replace(word, () => value) : part,
    ),
  );
}
