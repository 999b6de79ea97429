import fc from "fast-check";
import { functionsJson } from "../../../src/render/functions-json.ts";
import type { FunctionDocs } from "../../../src/ui/query/language/functions.ts";
import { readFunctionDocs } from "../../../src/ui/query/language/functions.ts";

/** What the server publishes of its functions, as the page reads it. */
export const DOCS: FunctionDocs = readFunctionDocs(JSON.parse(functionsJson({})!));

const blank = fc.constantFrom("", "", "", " ", "\n", "\t ");
const word = fc.oneof(
  fc.constantFrom(
    "web",
    "eu",
    "*",
    "host[0-9]",
    "a-b",
    "true1",
    "Nones",
    "5",
    "1.5",
    "é",
    "$dc",
    "5x=y",
  ),
  fc.constantFrom("\\(", "a\\,b", "\\{", "x\\.y", "\\*", "\\\\"),
  fc.constantFrom("{a,b}", "x{1,22}y", "{é}"),
);
const path = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join("."));
const string = fc.constantFrom(
  "'sum'",
  '"a b"',
  "'it\\'s'",
  "''",
  "'a''b'",
  "'1h'",
  '"x)y("',
  "'é|,'",
);
const literal = fc.oneof(
  string,
  fc.constantFrom("1", "-2.5", "1e3", "true", "False", "none", "inf", "INF", "0"),
);
const name = fc.constantFrom(
  "scale",
  "alias",
  "sumSeries",
  "summarize",
  "divideSeries",
  "frob",
  "randomWalk",
  "asPercent",
);
const parameter = fc.constantFrom("func", "total", "alignToFrom", "x_1");

/** Targets that the server reads to their end. */
export const targets: fc.Arbitrary<string> = fc.letrec<{
  target: string;
  call: string;
  value: string;
}>((tie) => ({
  target: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    path,
    tie("call"),
    fc
      .tuple(tie("target"), blank, tie("call"))
      .map(([input, space, call]) => `${input}${space}|${space}${call}`),
  ),
  value: fc.oneof({ depthSize: "small" }, literal, tie("target")),
  call: fc
    .tuple(
      name,
      fc.array(tie("value"), { maxLength: 3 }),
      fc.array(fc.tuple(parameter, tie("value")), { maxLength: 2 }),
      blank,
    )
    .map(([fn, values, named, space]) => {
      const pairs =
        values.length === 0 ? [] : named.map(([key, value]) => `${key}${space}=${space}${value}`);
      return `${fn}${space}(${space}${[...values, ...pairs].join(`${space},${space}`)}${space})`;
    }),
})).target;
