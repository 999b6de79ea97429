import { GraphiteError } from "../model/errors.ts";
import type { Expression, ParsedExpression, Template } from "./expression.ts";

type Variables = Readonly<Record<string, string>>;

/**
 * Replaces the variables of template(...): `$name` inside paths, and arguments that are nothing but
 * `$name`. Variables of the request override those of the target. Outside of template() a `$` means
 * nothing.
 *
 * @throws GraphiteError ERR_TARGET_SYNTAX when a value is neither a number nor a string
 */
export function expandTemplates(
  expression: ParsedExpression,
  requested: Variables,
  variables: Variables | null = null,
): Expression {
  const expand = (inner: ParsedExpression): Expression =>
    expandTemplates(inner, requested, variables);
  switch (expression.type) {
    case "template":
      return expandTemplates(expression.body, requested, variablesOf(expression, requested));
    case "call": {
      const args = expression.args.map(expand);
      const named = expression.named.map(({ name, value }) => ({ name, value: expand(value) }));
      return { ...expression, args, named, text: textOf(expression, args, named) };
    }
    case "path": {
      if (variables === null || !expression.pattern.includes("$")) return expression;
      const whole = /^\$(\w+)$/.exec(expression.pattern);
      const value = whole === null ? undefined : variables[whole[1]!];
      if (value !== undefined) return variableArgument(value, expression.column);
      const pattern = replaceVariables(expression.pattern, variables);
      return { ...expression, pattern, text: replaceVariables(expression.text, variables) };
    }
    default:
      return expression;
  }
}

/** As typed, unless a variable was replaced: calls of equal text must mean the same. */
function textOf(
  call: Extract<ParsedExpression, { type: "call" }>,
  args: readonly Expression[],
  named: readonly { name: string; value: Expression }[],
): string {
  const isAsTyped =
    args.every((arg, i) => arg.text === call.args[i]?.text) &&
    named.every(({ value }, i) => value.text === call.named[i]?.value.text);
  if (isAsTyped) return call.text;
  const texts = [
    ...args.map((arg) => arg.text),
    ...named.map(({ name, value }) => `${name}=${value.text}`),
  ];
  return `${call.name}(${texts.join(",")})`;
}

function variablesOf(template: Template, requested: Variables): Variables {
  const variables: Record<string, string> = {};
  template.values.forEach(({ name, value }, i) => {
    if (value.type === "other") {
      throw new GraphiteError(
        "ERR_TARGET_SYNTAX",
        "invalid template() syntax, only string/numeric arguments are allowed",
        { column: value.column },
      );
    }
    variables[name ?? String(i + 1)] = String(value.value);
  });
  return { ...variables, ...requested };
}

/** The longest name that is a variable counts: `$10` is not `$1` and a 0 where there is a `$10`. */
function replaceVariables(text: string, variables: Variables): string {
  const names = Object.keys(variables).sort((a, b) => b.length - a.length);
  return text.replace(/\$(\w+)/g, (whole, word: string) => {
    const name = names.find((candidate) => word.startsWith(candidate));
    return name === undefined ? whole : variables[name]! + word.slice(name.length);
  });
}

/** A variable as an argument: a number if it looks like one, else a string. */
function variableArgument(value: string, column: number): Expression {
  if (/^-?[0-9.]+$/.test(value) && !Number.isNaN(Number(value))) {
    const isInteger = /^-?[0-9]+$/.test(value);
    return { type: "number", value: Number(value), isInteger, text: value, column };
  }
  return { type: "string", value, text: `"${value}"`, column };
}
