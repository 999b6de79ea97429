import test from "ava";
import { type FunctionsQuery, functionsJson } from "../../src/render/functions-json.ts";
import { goldenFunctions } from "./golden.ts";

function described(query: FunctionsQuery): Record<string, unknown> {
  // The description is in our own words.
  const { description, module, ...rest } = JSON.parse(functionsJson(query) ?? "null") as Record<
    string,
    unknown
  >;
  return rest;
}

for (const { path, query, expect } of goldenFunctions()) {
  const name = path.split("/").at(-1)!;
  test(`${name} is described as Graphite describes it`, (t) => {
    const isPie = query.some(([key, value]) => key === "type" && value === "pie");
    if (expect.status === 404) t.is(functionsJson({ name, isPie }), null);
    else t.deepEqual(described({ name, isPie }), expect.body);
  });
}

test("every function says what it does, and infinite defaults are numbers that overflow", (t) => {
  const text = functionsJson({})!;
  const all = Object.values(JSON.parse(text) as Record<string, { description: string }>);
  t.true(all.length >= 154);
  t.deepEqual(
    all.filter(({ description }) => !/^.{10,}\.$/.test(description)),
    [],
  );
  t.regex(text, /"default":1e9999/);
});

test("arguments that Graphite publishes by one name and takes by another have both", (t) => {
  const names = (name: string): unknown =>
    (described({ name }).params as { name: string }[]).map((param) => param.name);
  t.deepEqual(names("timeShift"), ["seriesList", "timeShift", "resetEnd", "alignDst"]);
  t.deepEqual(names("stacked"), ["seriesList", "stack"]);
});
