import test from "ava";
import fc from "fast-check";
import type { TimeSeries } from "../../src/model/time-series.ts";
import { property } from "../property.ts";
import { ask, fetched, refusal, someSeries, someValues, valuesOf } from "./ask.ts";

const ALL = "dc*.host*.load";

function answer(target: string, list: readonly TimeSeries[]): TimeSeries[] {
  return ask(target.replaceAll("ALL", ALL), { [ALL]: list });
}

function first(target: string, list: readonly TimeSeries[]): (number | null)[] {
  return valuesOf(answer(target, list)[0]);
}

function isClose(a: readonly (number | null)[], b: readonly (number | null)[]): boolean {
  return (
    a.length === b.length &&
    a.every((value, i) => {
      const other = b[i]!;
      if (value === null || other === null) return value === other;
      return Math.abs(value - other) <= 1e-9 * Math.max(1, Math.abs(value));
    })
  );
}

test("second names answer exactly as the first ones", (t) => {
  const pairs = [
    ["sum(ALL)", "sumSeries(ALL)"],
    ["avg(ALL)", "averageSeries(ALL)"],
    ["pct(ALL)", "asPercent(ALL)"],
    ["map(ALL,0)", "mapSeries(ALL,0)"],
    [
      'reduce(map(ALL,0),"sumSeries",2,"load")',
      'reduceSeries(mapSeries(ALL,0),"sumSeries",2,"load")',
    ],
  ] as const;
  property(t, [someSeries], (list) =>
    pairs.every(([a, b]) => JSON.stringify(answer(a, list)) === JSON.stringify(answer(b, list))),
  );
});

test("the sums of groups add up to the sum of all", (t) => {
  property(t, [someSeries, fc.constantFrom("0", "1", "2")], (list, node) => {
    const whole = first("sumSeries(ALL)", list);
    return (
      isClose(first(`sumSeries(groupByNode(ALL,${node},"sum"))`, list), whole) &&
      isClose(first(`sumSeries(sumSeriesWithWildcards(ALL,${node}))`, list), whole)
    );
  });
});

test("grouping by all nodes but one is leaving that one out", (t) => {
  const functions = fc.constantFrom(
    "sum",
    "average",
    "max",
    "min",
    "count",
    "median",
    "diff",
    "last",
  );
  property(t, [someSeries, functions], (list, func) => {
    const grouped = answer(`groupByNodes(ALL,"${func}",0,2)`, list);
    const removed = answer(`aggregateWithWildcards(ALL,"${func}",1)`, list);
    return JSON.stringify(grouped) === JSON.stringify(removed);
  });
});

test("a step at which nothing is known stays a gap, whatever the aggregate", (t) => {
  const functions = ["sum", "avg", "max", "min", "median", "diff", "last", "stddev", "range"];
  property(t, [someSeries], (list) => {
    const isKnown = (i: number): boolean => list.some(({ values }) => !Number.isNaN(values[i]!));
    return functions.every((func) =>
      first(`aggregate(ALL,"${func}")`, list).every((value, i) => (value === null) !== isKnown(i)),
    );
  });
});

test("one gap makes a product and a power a gap", (t) => {
  property(t, [someSeries], (list) => {
    const isWhole = (i: number): boolean => list.every(({ values }) => !Number.isNaN(values[i]!));
    const products = valuesOf(answer('aggregate(ALL,"multiply")', list)[0]);
    const powers = first("powSeries(ALL)", list);
    return (
      products.every((value, i) => (value === null) === !isWhole(i)) &&
      powers.every((value, i) => value === null || isWhole(i))
    );
  });
});

test("a power without an answer, or too great for a double, is a gap", (t) => {
  const data = {
    a: [fetched("a", [2, -8, 0, 1e300, 1, null, 4])],
    b: [fetched("b", [10, 0.5, -1, 2, 5, 2, 0.5])],
  };
  t.deepEqual(valuesOf(ask("powSeries(a,b)", data)[0]), [1024, null, null, null, 1, null, 2]);
  t.is(ask("powSeries(a,b,a)", data)[0]!.name, "powSeries(a,b,a)");
});

test("percentages of the sum add up to a hundred", (t) => {
  property(t, [someSeries], (list) => {
    const whole = first("sumSeries(ALL)", list);
    return first("sumSeries(asPercent(ALL))", list).every((value, i) =>
      whole[i] === null || whole[i] === 0 ? value === null : Math.abs(value! - 100) < 1e-9,
    );
  });
});

test("pairs are aggregated one by one", (t) => {
  property(t, [someSeries, fc.constantFrom("sum", "diff", "multiply")], (list, func) => {
    const data = { [ALL]: list, "x.*": list.map((one, i) => fetched(`x.${i}`, [...one.values])) };
    const pairs = ask(`${func}SeriesLists(${ALL},x.*)`, data);
    return pairs.every((pair, i) => {
      const both = { a: [list[i]!], b: [data["x.*"]![i]!] };
      const single = ask(`${func}Series(a,b)`, both)[0];
      return (
        pair.name === `${func}Series(${list[i]!.name},x.${i})` &&
        isClose(valuesOf(pair), valuesOf(single))
      );
    });
  });
});

test("a series divided by itself is 1, or a gap where it is 0", (t) => {
  property(t, [someSeries], (list) =>
    answer("divideSeriesLists(ALL,ALL)", list).every((series, j) =>
      valuesOf(series).every((value, i) => {
        const own = list[j]!.values[i]!;
        return own === 0 || Number.isNaN(own) ? value === null : value === 1;
      }),
    ),
  );
});

test("lists of different length are refused", (t) => {
  const data = { "a.*": [fetched("a.1", [1]), fetched("a.2", [2])], b: [fetched("b", [1])] };
  for (const target of [
    "sumSeriesLists(a.*,b)",
    'aggregateSeriesLists(b,a.*,"max")',
    "divideSeriesLists(a.*,nosuch)",
    "weightedAverage(a.*,b,0)",
  ]) {
    t.is(refusal(target, data), "ERR_ARGUMENT", target);
  }
  t.deepEqual(ask("sumSeriesLists(nosuch,nosuch)", data), []);
});

test("percentiles lie between least and greatest value and grow with n", (t) => {
  const n = fc.double({ min: 0.1, max: 100, noNaN: true });
  property(t, [someSeries, n, n, fc.boolean()], (list, a, b, interpolate) => {
    const low = Math.min(a, b);
    const high = Math.max(a, b);
    const at = (share: number): (number | null)[] =>
      first(`percentileOfSeries(ALL,${share.toFixed(4)},${interpolate})`, list);
    const rows = [first("minSeries(ALL)", list), at(low), at(high), first("maxSeries(ALL)", list)];
    return rows[0]!.every((least, i) => {
      const row = rows.map((one) => one[i]!);
      if (least === null) return row.every((value) => value === null);
      return row.every((value, j) => j === 0 || value >= row[j - 1]! - 1e-9);
    });
  });
});

test("percentiles by rank and interpolated", (t) => {
  const data = { "a.*": [10, 20, 30, 40].map((value) => fetched(`a.${value}`, [value], "a.*")) };
  const at = (rest: string): number | null =>
    valuesOf(ask(`percentileOfSeries(a.*,${rest})`, data)[0])[0]!;
  t.is(at("50"), 30);
  t.is(at("50,true"), 25);
  t.is(at("10"), 10);
  t.is(at("100"), 40);
  t.is(at("100,true"), 40);
  t.is(at("900,true"), 40);
  t.is(ask("percentileOfSeries(a.*,99.5)", data)[0]!.name, "percentileOfSeries(a.*,99.5)");
  t.is(refusal("percentileOfSeries(a.*,0)", data), "ERR_ARGUMENT");
});

test("countSeries counts series, not values", (t) => {
  property(t, [someSeries], (list) =>
    first("countSeries(ALL)", list).every((value) => value === list.length),
  );
  const [line] = ask("countSeries()", {});
  t.is(line?.name, "0");
  t.deepEqual(valuesOf(line), [0, 0, 0]);
  t.deepEqual(ask("countSeries(nosuch)", {}), []);
});

test("a mean with equal weights is the mean where every series has a value", (t) => {
  property(t, [someSeries], (list) => {
    const ones = list.map(({ name, values }) =>
      fetched(`${name.split(".").slice(0, 2).join(".")}.ones`, Array(values.length).fill(1)),
    );
    const data = { [ALL]: list, "dc*.host*.ones": ones };
    const weighted = valuesOf(ask(`weightedAverage(${ALL},dc*.host*.ones,0,1)`, data)[0]);
    const plain = first("averageSeries(ALL)", list);
    return weighted.every(
      (value, i) =>
        list.some(({ values }) => Number.isNaN(values[i]!)) || Math.abs(value! - plain[i]!) < 1e-9,
    );
  });
});

test("weightedAverage is named by both lists in order and its nodes", (t) => {
  const data = {
    "b.*": [fetched("b.x", [1], "b.*")],
    "a.*": [fetched("a.x", [3], "a.*")],
    c: [fetched("c.x", [6])],
    d: [fetched("d.x", [2])],
  };
  const [series] = ask('weightedAverage(group(b.*,c),group(d,a.*),1,"name")', data);
  t.is(series, undefined, "no pair shares its name");
  t.is(
    ask("weightedAverage(group(b.*,c),group(d,a.*),1)", data)[0]!.name,
    "weightedAverage(b.*,c.x, a.*,d.x, 1)",
  );
});

test("reduceSeries calls a function with the series of each group in the order of the matchers", (t) => {
  property(
    t,
    [fc.array(fc.tuple(someValues, someValues), { minLength: 1, maxLength: 5 })],
    (rows) => {
      const list = rows.flatMap(([used, total], i) => [
        fetched(`h${i}.total`, total),
        fetched(`h${i}.used`, used),
      ]);
      const reduced = ask('reduceSeries(mapSeries(h*.*,0),"divideSeries",1,"used","total")', {
        "h*.*": list,
      });
      return reduced.every((series, i) => {
        const both = { used: [list[2 * i + 1]!], total: [list[2 * i]!] };
        const plain = ask("divideSeries(used,total)", both)[0];
        return (
          series.name === `h${i}.reduce.divideSeries` && isClose(valuesOf(series), valuesOf(plain))
        );
      });
    },
  );
});

test("a group that lacks a series is left out; when all lack one that is said", (t) => {
  const data = {
    "h*.*": [fetched("h1.total", [4]), fetched("h1.used", [1]), fetched("h2.used", [2])],
  };
  const reduce = (rest: string): string => `reduceSeries(mapSeries(h*.*,0),${rest})`;
  t.deepEqual(
    ask(reduce('"divideSeries",1,"used","total"'), data).map(({ name }) => name),
    ["h1.reduce.divideSeries"],
  );
  t.is(refusal(reduce('"divideSeries",1,"used","nosuch"'), data), "ERR_ARGUMENT");
  t.is(refusal(reduce('"nosuch",1,"used"'), data), "ERR_ARGUMENT");
  t.is(refusal(reduce('"scale",1,"used"'), data), "ERR_ARGUMENT");
  t.is(refusal(reduce('"absolute",1,"used","total"'), data), "ERR_ARGUMENT");
  t.is(refusal(reduce('"sumSeries",1,"used","used"'), data), "ERR_ARGUMENT");
});

test("applyByNode evaluates its template once for each beginning", (t) => {
  const data = {
    "a.*.load": [2, 1, 1].map((host, i) => fetched(`a.h${host}.load`, [i])),
    "a.h1.*": [fetched("a.h1.x", [1]), fetched("a.h1.y", [2])],
    "a.h2.*": [fetched("a.h2.x", [3])],
  };
  const apply = (rest: string): string[] =>
    ask(`applyByNode(a.*.load,${rest})`, data).map(({ name }) => name);
  t.deepEqual(apply('1,"sumSeries(%.*)"'), ["sumSeries(a.h1.x,a.h1.y)", "sumSeries(a.h2.x)"]);
  t.deepEqual(apply('1,"%.*","% all"'), ["a.h1 all", "a.h1 all", "a.h2 all"]);
  t.is(ask('sumSeries(applyByNode(a.*.load,1,"%.*"))', data)[0]!.name, "sumSeries(a.h1,a.h2)");
  t.is(refusal('applyByNode(a.*.load,3,"%")', data), "ERR_ARGUMENT");
  t.is(refusal('applyByNode(a.*.load,1,"nosuch(%)")', data), "ERR_UNKNOWN_FUNCTION");
});

test("targets made by functions need no more rounds for many series than for one", (t) => {
  const hosts = Array.from({ length: 50 }, (_, i) => fetched(`h${i}.a`, [i + 1]));
  const data: Record<string, TimeSeries[]> = { "h*.a": hosts };
  for (let i = 0; i < 50; i++) data[`h${i}.b`] = [fetched(`h${i}.b`, [2])];
  for (let i = 0; i < 50; i++) data[`h${i}.a`] = [hosts[i]!];
  t.is(ask('applyByNode(h*.a,0,"asPercent(%.a,%.b)")', data).length, 50);
  t.is(ask('aliasQuery(h*.a,"a$","b","%d")', data).length, 50);
  t.is(ask('useSeriesAbove(h*.a,10,"a$","b")', data).length, 40);
});

test("a target that makes itself again and again ends", (t) => {
  const data = { "a.*": [fetched("a.1", [1])] };
  let text = "a.*";
  for (let i = 0; i < 12; i++)
    text = `applyByNode(a.*,0,${i % 2 === 0 ? `"${text}"` : `'${text}'`})`;
  const code = refusal(text, data);
  t.true(code === null || code.startsWith("ERR_"), String(code));
  const huge = "%".repeat(60_000);
  t.is(refusal(`applyByNode(a.*,1,"${huge}")`, data), "ERR_ARGUMENT");
});

test("aggregates of series that were told how to consolidate consolidate by their mean", (t) => {
  const data = { "a.*": [fetched("a.1", [1]), fetched("a.2", [2])] };
  t.is(ask('sumSeries(consolidateBy(a.*,"max"))', data)[0]!.consolidation, "average");
  t.is(ask('consolidateBy(sumSeries(a.*),"max")', data)[0]!.consolidation, "max");
});
