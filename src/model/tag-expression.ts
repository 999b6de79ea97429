/** `tag OP value` of seriesByTag; `=~` and `!=~` are anchored at the start of the value. */
export type TagOperator = "=" | "!=" | "=~" | "!=~";

export interface TagExpression {
  tag: string;
  operator: TagOperator;
  value: string;
}
