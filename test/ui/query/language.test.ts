import test from "ava";
import fc from "fast-check";
import type { Expression } from "../../../src/target/expression.ts";
import { parseTarget } from "../../../src/target/parse-target.ts";
import { checkTree } from "../../../src/ui/query/language/check.ts";
import { highlight } from "../../../src/ui/query/language/highlight.ts";
import { parseText } from "../../../src/ui/query/language/parse.ts";
import { nodesOf, patternOf, writePath } from "../../../src/ui/query/language/path-text.ts";
import { printTree } from "../../../src/ui/query/language/print.ts";
import { type TreeNode, walk } from "../../../src/ui/query/language/tree.ts";
import { property } from "../../property.ts";
import { DOCS, targets } from "./target-texts.ts";

/** What a text means, without where it stands: the same of the page's tree and of the server's. */
type Meaning = string | { call: string; args: [string | null, Meaning][] };

function meaningOf(node: TreeNode): Meaning {
  if (node.kind === "missing") return "";
  if (node.kind === "path") return `path ${patternOf(node.text)}`;
  if (node.kind !== "call") return `${node.kind} ${node.text}`;
  return {
    call: node.name,
    args: node.args.map(({ name, value }) => [name?.text ?? null, meaningOf(value)]),
  };
}

function serverMeaning(expression: Expression): Meaning {
  if (expression.type === "path") return `path ${expression.pattern}`;
  if (expression.type !== "call") return `${expression.type} ${expression.text}`;
  return {
    call: expression.name,
    args: [
      ...expression.args.map((arg): [null, Meaning] => [null, serverMeaning(arg)]),
      ...expression.named.map(({ name, value }): [string, Meaning] => [name, serverMeaning(value)]),
    ],
  };
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

test("what the server reads to its end, the page reads the same way, without a problem", (t) => {
  property(t, [targets], (text) => {
    const { expression, ignored } = parseTarget(text);
    const { root, problems } = parseText(text);
    return (
      expression !== null &&
      root !== null &&
      ignored === "" &&
      problems.length === 0 &&
      same(meaningOf(root), serverMeaning(expression))
    );
  });
});

test("a text that the server refuses, or ignores the end of, has a problem", (t) => {
  const change = fc.tuple(
    targets,
    fc.nat(),
    fc.constantFrom("", "(", ")", ",", "'", "|", "{", ".", "="),
  );
  property(
    t,
    [change],
    ([text, at, put]) => {
      const cut = at % (text.length + 1);
      const broken = text.slice(0, cut) + put + text.slice(cut + 1);
      let isWhole = false;
      try {
        const { expression, ignored } = parseTarget(broken);
        isWhole = expression !== null && ignored === "";
      } catch {}
      if (broken.trim() === "") return true;
      return (parseText(broken).problems.length === 0) === isWhole;
    },
    { numRuns: 500 },
  );
});

test("whatever is typed makes a tree whose offsets lie in the text", (t) => {
  const odd = fc.array(
    fc.oneof(fc.constantFrom(..."(){},.'\"|\\=* \n"), fc.constantFrom("a", "1", "true", "scale(")),
    { maxLength: 30 },
  );
  property(
    t,
    [
      fc.oneof(
        odd.map((parts) => parts.join("")),
        fc.string(),
      ),
    ],
    (text) => {
      const { root, problems } = parseText(text);
      let isInside = problems.every(({ from }) => from >= 0 && from <= text.length);
      if (root === null) return text.trim() === "" && isInside;
      walk(root, (node, parent) => {
        isInside &&=
          node.from >= (parent?.from ?? 0) && node.from <= node.to && node.to <= text.length;
        if (node.kind === "path") isInside &&= text.slice(node.from, node.to) === node.text;
      });
      const tokens = highlight(text, root, problems);
      return isInside && tokens.map(({ from, to }) => text.slice(from, to)).join("") === text;
    },
  );
});

test("a printed tree means what it meant", (t) => {
  property(t, [targets], (text) => {
    const { root } = parseText(text);
    const printed = printTree(root!);
    const again = parseText(printed);
    return (
      again.problems.length === 0 &&
      same(meaningOf(again.root!), meaningOf(root!)) &&
      parseTarget(printed).ignored === ""
    );
  });
});

test("thousands of pipes and parentheses are refused, not followed", (t) => {
  t.is(
    parseText(`a${"|f()".repeat(20_000)}`).problems[0]?.message,
    "too many functions, one after another",
  );
  t.true(parseText("f(".repeat(20_000)).problems.some(({ message }) => /too deep/.test(message)));
});

test("a problem says where it is", (t) => {
  const first = (text: string) => {
    const [problem] = parseText(text).problems;
    return problem === undefined ? "" : `${problem.from}-${problem.to} ${problem.message}`;
  };
  t.is(first("scale(web.*, 2"), "5-6 this ( of scale is not closed");
  t.is(first("alias(web.*, 'x)"), "5-6 this ( of alias is not closed");
  t.is(first("web..cpu"), "3-5 a name is missing between dots");
  t.is(first("scale(web.*,, 2)"), "12-13 an argument is missing");
  t.is(first("web.cpu scale"), '8-9 "s" cannot stand here, the target is complete before it');
  t.is(first("web.{a,b"), "4-5 this { is not closed");
  t.is(first("web.cpu|scale"), "8-13 scale needs parentheses: scale()");
  t.is(
    first("summarize(func='sum')"),
    "10-14 an argument by position has to come before those by name",
  );
});

test("what the functions say is checked: names, numbers and kinds of arguments", (t) => {
  const check = (text: string) =>
    checkTree(parseText(text).root!, DOCS).map(
      ({ severity, message }) => `${severity}: ${message}`,
    );
  t.deepEqual(check("summarise(a, '1h')"), [
    "error: there is no function summarise; did you mean summarize?",
  ]);
  t.deepEqual(check("scale(a)"), ["warning: scale needs factor"]);
  t.deepEqual(check("scale(a, b)"), ["warning: factor of scale should be a number"]);
  t.deepEqual(check("scale(a, 1, 2)"), ["warning: scale takes at most 2 arguments"]);
  t.deepEqual(check("alias(a, b)"), ["warning: newName of alias should be text in quotes"]);
  t.deepEqual(check("scale(2, 2)"), ["warning: seriesList of scale should be series"]);
  t.deepEqual(check("a|summarize('1h', fun='sum')"), [
    "warning: summarize has no parameter fun; it has seriesList, intervalString, func, alignToFrom",
  ]);
  t.deepEqual(check("aliasByNode(sumSeries(a.*, b.*), 1, 'dc')|scale('2')"), []);
});

test("every way in which test scripts call a function passes the checks", async (t) => {
  const { readdirSync, readFileSync } = await import("node:fs");
  const texts: string[] = [];
  for (const folder of readdirSync("test/cases")) {
    for (const file of readdirSync(`test/cases/${folder}`)) {
      const lines = readFileSync(`test/cases/${folder}/${file}`, "utf8").split("\n");
      for (const line of lines) {
        const target = /^eval (.*)$/.exec(line)?.[1];
        if (target !== undefined) texts.push(target);
      }
    }
  }
  const errors = texts.flatMap((text) => {
    const { root, problems } = parseText(text);
    const found = root === null ? problems : [...problems, ...checkTree(root, DOCS)];
    return found
      .filter(({ severity }) => severity === "error")
      .map(({ message }) => `${text}: ${message}`);
  });
  t.true(texts.length > 100);
  t.deepEqual(errors, []);
});

test("a written path asks for exactly that name, blanks aside", (t) => {
  const name = fc.array(
    fc.string({ minLength: 1 }).map((node) => node.replaceAll(".", "-")),
    { minLength: 1, maxLength: 3 },
  );
  property(t, [name], (nodes) => {
    const path = writePath(nodes.join("."));
    const { root, problems } = parseText(path);
    const { expression } = parseTarget(path);
    if (root?.kind !== "path" || problems.length > 0 || expression?.type !== "path") return false;
    const pattern = expression.pattern.replace(/\\(.)/gs, "$1");
    return (
      nodesOf(path).length === nodes.length &&
      pattern === nodes.join(".").replace(/[\s\u0000-\u0020\u007f\u0085\u00a0\u2028]/g, "?")
    );
  });
});
