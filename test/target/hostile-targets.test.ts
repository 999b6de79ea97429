import test, { type ExecutionContext } from "ava";
import fc from "fast-check";
import { GraphiteError } from "../../src/model/errors.ts";
import { parseTarget } from "../../src/target/parse-target.ts";
import { property } from "../property.ts";

/** Parses at once, to a target or to an error of the caller. */
function outcome(t: ExecutionContext, text: string): string {
  const began = performance.now();
  let told = "parsed";
  try {
    parseTarget(text);
  } catch (error) {
    if (!(error instanceof GraphiteError)) throw error;
    told = error.message;
  }
  const ms = performance.now() - began;
  t.true(ms < 5000, `${text.slice(0, 40)}... took ${Math.round(ms)} ms`);
  return told;
}

test("functions nested too deep are refused, in whatever way they are nested", (t) => {
  const call = "f(".repeat(10_000) + "a".concat(")".repeat(10_000));
  t.regex(outcome(t, call), /nested more than 100 deep/);
  t.regex(outcome(t, "f(".repeat(10_000)), /nested/);
  t.regex(outcome(t, `a${"|f()".repeat(16_000)}`), /nested/);
  t.regex(outcome(t, `${"template(".repeat(7000)}a`), /nested/);
  t.regex(outcome(t, `f(a,x=${"f(a,x=".repeat(9000)}a`), /nested/);
  // Quotes that are escaped hide no parentheses.
  t.regex(outcome(t, `f(b\\',${"c(".repeat(20_000)}`), /nested/);
  t.regex(outcome(t, `f("\\"",${"c(".repeat(20_000)}`), /nested/);
  t.regex(outcome(t, `a\\"${"|f(a\\'".repeat(5000)}`), /nested/);
});

test("what is nested as deep as allowed is parsed", (t) => {
  t.is(outcome(t, "f(".repeat(99) + "a".concat(")".repeat(99))), "parsed");
  t.is(outcome(t, `a${"|f()".repeat(99)}`), "parsed");
  t.is(outcome(t, `f("${"(".repeat(60_000)}")`), "parsed");
});

test("templates in templates cost no more than their length", (t) => {
  for (const count of [10, 40, 99]) {
    t.regex(outcome(t, `${"template(".repeat(count)}a b`), /unexpected/);
    t.regex(outcome(t, `${"f(template(".repeat(count / 2)}a b`), /unexpected/);
  }
  t.is(outcome(t, `${"f(template(".repeat(40)}a${",1))".repeat(40)}`), "parsed");
});

test("long targets end soon", (t) => {
  t.regex(outcome(t, "a".repeat(1 << 20)), /at most 65536 characters/);
  t.is(outcome(t, `f(a${",x=1".repeat(16_000)})`), "parsed");
  t.is(outcome(t, `f(a${",1".repeat(30_000)})`), "parsed");
  t.is(outcome(t, `template(a${",1".repeat(30_000)})`), "parsed");
  for (const text of [
    "{".repeat(60_000),
    "{a,".repeat(20_000),
    `f(a${" ".repeat(60_000)}x`,
    `${"f(".repeat(90)}a${" ".repeat(60_000)}x`,
    '"'.repeat(60_001),
    `f(${'"'.repeat(60_001)}`,
    `f(a${`,"',`.repeat(15_000)})`,
    `f(${"1".repeat(60_000)}x`,
    `f(${"1 ,".repeat(20_000)}`,
    `${"a".repeat(30_000)}.${"b".repeat(30_000)}(`,
    "\\".repeat(60_000),
    "a|".repeat(30_000),
  ]) {
    outcome(t, text);
  }
});

test("no text makes the parser fail in another way than with a reason", (t) => {
  const piece = fc.constantFrom(
    ..."( ) { } , . ' \" \\ | = $ * template f a 1 -1 1e5 true none inf ; \n".split(" "),
    " ",
    "template(",
    "f(",
    "\\'",
    '\\"',
    "#A",
  );
  property(
    t,
    [fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(""))],
    (text) => {
      try {
        parseTarget(text);
        return true;
      } catch (error) {
        return error instanceof GraphiteError && error.code === "ERR_TARGET_SYNTAX";
      }
    },
    { numRuns: 2000 },
  );
});

test("a backslash keeps a quote from ending a string, and stays", (t) => {
  const { expression } = parseTarget(`f(a,"x\\"y\\\\",'it\\'s')`);
  t.is(expression?.type, "call");
  const values = expression?.type === "call" ? expression.args.slice(1) : [];
  t.deepEqual(
    values.map((value) => (value.type === "string" ? value.value : null)),
    ['x\\"y\\\\', "it\\'s"],
  );
});
