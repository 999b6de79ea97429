/** Generated from grammar/target.peggy when the project is built. */
export interface ParseOptions {
  startRule?: "Target" | "Whole";
}

declare class GrammarError extends Error {
  location: { start: { offset: number } };
}

export { GrammarError as SyntaxError };

export function parse(text: string, options?: ParseOptions): unknown;
