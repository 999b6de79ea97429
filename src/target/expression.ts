/** What a target means, as a tree. Columns count from 1; `text` is as typed. */
export type Expression = Call | Path | Literal;

export interface Call {
  type: "call";
  name: string;
  args: Expression[];
  named: { name: string; value: Expression }[];
  text: string;
  column: number;
}

/** Series by name; `pattern` is `text` with backslashes before characters that are no wildcards. */
export interface Path {
  type: "path";
  pattern: string;
  text: string;
  column: number;
}

export type Literal =
  | { type: "number"; value: number; isInteger: boolean; text: string; column: number }
  | { type: "string"; value: string; text: string; column: number }
  | { type: "boolean"; value: boolean; text: string; column: number }
  | { type: "none"; text: string; column: number };

/** `template(body, values)` as it is parsed, before its variables are replaced. */
export interface Template {
  type: "template";
  body: ParsedExpression;
  values: { name: string | null; value: TemplateLiteral }[];
  text: string;
  column: number;
}

export type TemplateLiteral =
  | { type: "number"; value: number; text: string; column: number }
  | { type: "string"; value: string; text: string; column: number }
  | { type: "other"; text: string; column: number };

export type ParsedExpression =
  | (Omit<Call, "args" | "named"> & {
      args: ParsedExpression[];
      named: { name: string; value: ParsedExpression }[];
    })
  | Path
  | Literal
  | Template;
