import test from "ava";
import fc from "fast-check";
import { parseTarget } from "../../../src/target/parse-target.ts";
import { addStep, moveStep, removeStep } from "../../../src/ui/query/builder/edit.ts";
import { argumentsOf, fieldsOf, withValues } from "../../../src/ui/query/builder/fields.ts";
import { quoteText, readLiteral, writeLiteral } from "../../../src/ui/query/builder/literals.ts";
import { type Pipeline, pipelineOf, pipelineText } from "../../../src/ui/query/builder/pipeline.ts";
import { parseText } from "../../../src/ui/query/language/parse.ts";
import { printTree } from "../../../src/ui/query/language/print.ts";
import { property } from "../../property.ts";
import { DOCS, targets } from "./target-texts.ts";

const build = (text: string): Pipeline => pipelineOf(parseText(text).root, DOCS);
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
const isRead = (text: string): boolean => parseTarget(text).ignored === "";

test("text and chips say the same: to chips and back nothing changes but blanks", (t) => {
  property(t, [targets], (text) => {
    const pipeline = build(text);
    const printed = pipelineText(pipeline);
    return (
      printed === printTree(parseText(text).root!) &&
      isRead(printed) &&
      // A pipe before named arguments alone is not in the language: it goes, once.
      same(build(printed), build(pipelineText(build(printed))))
    );
  });
});

test("moving, removing and adding steps makes targets that the server reads", (t) => {
  property(
    t,
    [targets, fc.nat(), fc.nat(), fc.constantFrom(...DOCS.keys())],
    (text, a, b, name) => {
      const pipeline = build(text);
      const count = pipeline.steps.length;
      if (pipeline.source.kind === "empty" || pipeline.source.kind === "literal") return true;
      const moved = count === 0 ? pipeline : moveStep(pipeline, a % count, b % count);
      const removed = count === 0 ? pipeline : removeStep(moved, a % count);
      const texts = [moved, removed, addStep(moved, name, DOCS)].map(pipelineText);
      const back = count === 0 ? pipeline : moveStep(moved, b % count, a % count);
      return same(back, pipeline) && texts.every(isReadOrUnfinished);
    },
  );
});

/** A function may need a second series that nobody has chosen yet. */
function isReadOrUnfinished(text: string): boolean {
  return /[(,]\s*,|,\s*\)/.test(text) || isRead(text);
}

test("chips go from the series outwards, whether nested or piped", (t) => {
  const names = (text: string) => build(text).steps.map(({ name }) => name);
  t.deepEqual(names("alias(scale(sumSeries(web.*), 2), 'x')"), ["sumSeries", "scale", "alias"]);
  t.deepEqual(names("web.*|sumSeries()|scale(2)|alias('x')"), ["sumSeries", "scale", "alias"]);
  t.deepEqual(build("scale(seriesByTag('a=b'), 2)").source, {
    kind: "call",
    name: "seriesByTag",
    args: [{ name: null, value: { kind: "literal", text: "'a=b'" } }],
  });
  t.is(build("constantLine(5)").steps.length, 0);
});

test("a reordered chain keeps arguments and pipes", (t) => {
  t.is(
    pipelineText(moveStep(build("web.*|scale(2)|alias('x')"), 1, 0)),
    "web.*|alias('x')|scale(2)",
  );
  t.is(
    pipelineText(moveStep(build("alias(scale(web.*, 2), 'x')"), 0, 1)),
    "scale(alias(web.*, 'x'), 2)",
  );
  t.is(pipelineText(removeStep(build("alias(scale(web.*,2),'x')"), 0)), "alias(web.*, 'x')");
  t.is(pipelineText(addStep(build("web.*"), "movingAverage", DOCS)), "movingAverage(web.*, 5)");
  t.is(
    pipelineText(addStep(build("web.*|scale(2)"), "summarize", DOCS)),
    "web.*|scale(2)|summarize('10min')",
  );
  t.is(pipelineText(addStep(build(""), "sumSeries", DOCS)), "sumSeries()");
});

test("values are put where their parameters are: by position, by name behind a gap", (t) => {
  const change = (text: string, param: string, ...values: string[]): string => {
    const pipeline = build(text);
    const step = pipeline.steps.at(-1)!;
    const fields = fieldsOf(step.args, DOCS.get(step.name), 1);
    const at = fields.findIndex((field) => field.param?.name === param);
    const literals = values.map((value) => ({ kind: "literal", text: value }) as const);
    step.args = argumentsOf(withValues(fields, at, literals));
    return pipelineText(pipeline);
  };
  t.is(change("summarize(a, '1h')", "func", "'max'"), "summarize(a, '1h', 'max')");
  t.is(change("summarize(a, '1h')", "alignToFrom", "true"), "summarize(a, '1h', alignToFrom=true)");
  t.is(
    change("summarize(a, '1h', func='max')", "intervalString", "'2h'"),
    "summarize(a, '2h', func='max')",
  );
  t.is(change("summarize(a, '1h', 'max', true)", "func"), "summarize(a, '1h', alignToFrom=true)");
  t.is(change("aliasByNode(a, 1)", "nodes", "1", "2"), "aliasByNode(a, 1, 2)");
  t.is(change("asPercent(a)", "nodes", "0"), "asPercent(a, None, 0)");
  t.is(change("scale(a, 1, 2, x=3)", "factor", "5"), "scale(a, 5, 2, x=3)");
  t.is(change("a|scale(factor=1)", "factor", "5"), "scale(a, factor=5)");
});

test("arguments that are read into fields and written again stay what they are", (t) => {
  property(t, [targets], (text) => {
    const { steps } = build(text);
    return steps.every(({ name, args }) => {
      const again = argumentsOf(fieldsOf(args, DOCS.get(name), 1));
      return same(fieldsOf(again, DOCS.get(name), 1), fieldsOf(args, DOCS.get(name), 1));
    });
  });
});

test("any text in quotes is one string, and says that text where the language can say it", (t) => {
  const text = fc.oneof(
    fc.string(),
    fc.array(fc.constantFrom("'", '"', "\\", "a", ")")).map((parts) => parts.join("")),
  );
  property(t, [text], (value) => {
    const quoted = quoteText(value);
    const { expression } = parseTarget(`alias(a,${quoted})`);
    const argument = expression?.type === "call" ? expression.args[1] : undefined;
    if (argument?.type !== "string" || argument.text !== quoted) return false;
    const isSayable = !/\\|'.*"|".*'/s.test(value);
    return readLiteral(quoted) === argument.value && (!isSayable || argument.value === value);
  });
});

test("what is typed into a field is written as its parameter wants it", (t) => {
  const param = (name: string, at: number) => DOCS.get(name)!.params[at]!;
  t.is(writeLiteral("2.5", param("scale", 1)), "2.5");
  t.is(writeLiteral("5", param("alias", 1)), "'5'");
  t.is(writeLiteral("1h", param("movingAverage", 1)), "'1h'");
  t.is(writeLiteral("10", param("movingAverage", 1)), "10");
  t.is(writeLiteral("dc", param("aliasByNode", 1)), "'dc'");
  t.is(writeLiteral("True", param("summarize", 3)), "true");
  t.is(writeLiteral("it's", param("alias", 1)), '"it\'s"');
});
