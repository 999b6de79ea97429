import test from "ava";
import fc from "fast-check";
import type { Group } from "../../src/functions/define.ts";
import { FUNCTIONS } from "../../src/functions/index.ts";
import { GraphiteError } from "../../src/model/errors.ts";
import { functionsJson } from "../../src/render/functions-json.ts";
import { property } from "../property.ts";
import { ask, fetched, refusal, START } from "./ask.ts";

const GROUPS: readonly Group[] = ["Combine", "Filter Data", "Filter Series", "Sorting", "Alias"];

const data = {
  "a.*.x": [1, 2, 3].map((i) => fetched(`a.h${i}.x`, [i, null, -i], "a.*.x")),
  "b.*.x": [1, 2, 3].map((i) => fetched(`b.h${i}.x`, [i, 0, 5, 6], "b.*.x")),
  one: [fetched("one", [1, 2, 3])],
  coarse: [fetched("coarse", [1, 2], "coarse", 3600)],
  gaps: [fetched("gaps", [null, null, null])],
  odd: [fetched("odd;dc=x;=", [Number.POSITIVE_INFINITY, -0, 1e308])],
  short: [{ ...fetched("short", []), start: START + 7 }],
};

const name = fc.constantFrom(
  ...FUNCTIONS.filter(({ group }) => GROUPS.includes(group)).map((fn) => fn.name),
);
const argument = fc.oneof(
  fc.constantFrom(...Object.keys(data), "nosuch", "sumSeries(a.*.x)", 'alias(one,"f(x.y,)")'),
  fc.constantFrom("0", "1", "-1", "2", "50", "-7", "1.5", "1e9", "inf", "none", "true"),
  fc
    .constantFrom(
      ..."sum average max sumSeries asPercent divideSeries nosuch x h1 % %.x % %d (x) ( \\1 > = true 1 5min name".split(
        " ",
      ),
    )
    .map((text) => `"${text}"`),
);

test("no arguments make a function of series crash", (t) => {
  property(
    t,
    [name, fc.constantFrom(...Object.keys(data)), fc.array(argument, { maxLength: 4 })],
    (fn, first, rest) => {
      try {
        return ask(`${fn}(${[first, ...rest].join(",")})`, data).every(
          (series) =>
            !/undefined|NaN/.test(series.name) && series.step > 0 && Number.isInteger(series.step),
        );
      } catch (error) {
        // Anything but a mistake of the caller is wrapped with its cause.
        return (
          error instanceof GraphiteError &&
          (error.cause === undefined || error.cause instanceof GraphiteError)
        );
      }
    },
    { numRuns: 3000 },
  );
});

test("series and names cannot be multiplied without end", (t) => {
  const long = { a: [fetched("a", Array(60_000).fill(1))] };
  t.is(refusal(`group(${Array(10).fill("a").join(",")})`, long), null);
  t.is(refusal(`group(${Array(20).fill("a").join(",")})`, long), "ERR_LIMIT_DATAPOINTS");
  t.is(refusal(`sumSeries(${Array(20).fill("a").join(",")})`, long), "ERR_LIMIT_DATAPOINTS");
  const many = { "h*": Array.from({ length: 500 }, (_, i) => fetched(`h${i}`, [i], `h${i}`)) };
  t.is(refusal("asPercent(h*)", many), null);
  t.is(refusal("asPercent(asPercent(asPercent(h*)))", many), "ERR_EVALUATION");
});

test("parameters are published as required where Graphite says so, and with their choices", (t) => {
  const paramsOf = (fn: string): Record<string, unknown>[] =>
    (JSON.parse(functionsJson({ name: fn })!) as { params: Record<string, unknown>[] }).params;
  t.deepEqual(paramsOf("highest")[1], { name: "n", type: "integer", required: true });
  t.deepEqual(paramsOf("aliasByNode")[1], {
    name: "nodes",
    type: "nodeOrTag",
    required: true,
    multiple: true,
  });
  t.deepEqual(paramsOf("filterSeries")[2], {
    name: "operator",
    type: "string",
    required: true,
    options: ["!=", "<", "<=", "=", ">", ">="],
  });
  t.deepEqual(paramsOf("group")[0], { name: "seriesLists", type: "seriesList", multiple: true });
  t.is(paramsOf("sum")[0]?.required, true);
});
