import { paramAt } from "../language/bind.ts";
import type { FunctionDoc, ParamDoc } from "../language/functions.ts";
import { quoteText } from "./literals.ts";
import type { Argument, Value } from "./pipeline.ts";

/** A parameter of a function and what is given for it: several values where it takes several. */
export interface Field {
  /** Null for arguments that the function has no parameter for. */
  param: ParamDoc | null;
  values: Value[];
  /** Under which name it is given; null for one that is given by its position, or not at all. */
  name: string | null;
}

/**
 * The parameters of a function from the one at `first` on, with what the arguments give for them;
 * arguments for nothing come last.
 */
export function fieldsOf(
  args: readonly Argument[],
  doc: FunctionDoc | undefined,
  first: number,
): Field[] {
  const params = doc?.params.filter((param, i) => i >= first || param.isMultiple) ?? [];
  const fields: Field[] = params.map((param) => ({ param, values: [], name: null }));
  const rest: Field[] = [];
  let position = first;
  for (const { name, value } of args) {
    const param =
      name === null
        ? paramAt(doc, position++)
        : (params.find((candidate) => candidate.name === name) ?? null);
    const field = param === null ? undefined : fields.find((one) => one.param === param);
    // One that is given twice is one too many.
    const isTaken = field !== undefined && field.values.length > 0;
    if (field === undefined || (isTaken && (name !== null || field.name !== null))) {
      rest.push({ param: null, values: [value], name });
    } else {
      field.values.push(value);
      field.name = name;
    }
  }
  return [...fields, ...rest.sort((a, b) => Number(a.name !== null) - Number(b.name !== null))];
}

/**
 * The arguments that give the values of fields. What was given by name stays so, and what follows a
 * gap is given by name; where several values follow the gap is filled.
 */
export function argumentsOf(fields: readonly Field[]): Argument[] {
  const args: Argument[] = [];
  const lastByPosition = fields.findLastIndex(
    ({ param, values, name }) =>
      values.length > 0 && (param === null ? name === null : param.isMultiple),
  );
  let isNaming = false;
  fields.forEach(({ param, values, name }, i) => {
    const isBefore = i < lastByPosition;
    if (values.length === 0) {
      if (!isBefore) isNaming = true;
      else if (param !== null && !param.isMultiple) {
        args.push({ name: null, value: { kind: "literal", text: defaultText(param) } });
      }
      return;
    }
    if (name !== null && !isBefore) isNaming = true;
    const isNamed = isNaming && i > lastByPosition;
    for (const value of values) args.push({ name: isNamed ? (name ?? param!.name) : null, value });
  });
  return args;
}

/** Changes the values of one field. */
export function withValues(fields: readonly Field[], at: number, values: Value[]): Field[] {
  return fields.map((field, i) => (i === at ? { ...field, values } : field));
}

/** What a new call of a function begins with: something for every parameter that it needs. */
export function firstArguments(doc: FunctionDoc, first: number): Argument[] {
  return doc.params
    .slice(first)
    .filter((param) => param.isRequired)
    .map((param) => ({ name: null, value: startValue(param) }));
}

function startValue(param: ParamDoc): Value {
  const suggestion = param.suggestions[0] ?? param.options[0];
  if (param.default !== undefined && param.default !== null) {
    return { kind: "literal", text: defaultText(param) };
  }
  if (suggestion !== undefined) {
    return {
      kind: "literal",
      text: typeof suggestion === "number" ? String(suggestion) : quoteText(suggestion),
    };
  }
  const text = START_TEXTS[param.type];
  return text === undefined ? { kind: "empty" } : { kind: "literal", text };
}

const START_TEXTS: Readonly<Record<string, string>> = {
  float: "1",
  integer: "5",
  intOrInf: "1",
  intOrInterval: "'5min'",
  interval: "'1h'",
  node: "0",
  nodeOrTag: "0",
  boolean: "false",
  date: "'-1h'",
  string: "''",
  tag: "'name'",
};

function defaultText({ default: value }: ParamDoc): string {
  if (value === undefined || value === null) return "None";
  if (typeof value === "string") return quoteText(value);
  return value === Number.POSITIVE_INFINITY ? "inf" : String(value);
}
