import test from "ava";
import fc from "fast-check";
import type { TimeSeries } from "../../src/model/time-series.ts";
import { property } from "../property.ts";
import { ask, fetched, refusal, someSeries, valuesOf } from "./ask.ts";

const ALL = "dc*.host*.load";

function answer(target: string, list: readonly TimeSeries[]): TimeSeries[] {
  return ask(target.replaceAll("ALL", ALL), { [ALL]: list });
}

function namesOf(list: readonly TimeSeries[]): string[] {
  return list.map(({ name }) => name);
}

function isSubsetInOrder(part: readonly TimeSeries[], list: readonly TimeSeries[]): boolean {
  let at = 0;
  for (const series of part) {
    while (at < list.length && list[at] !== series) at++;
    if (at++ >= list.length) return false;
  }
  return true;
}

const number = fc.integer({ min: -100, max: 100 });

test("filters return some of the series, untouched and in order", (t) => {
  const filters = fc.constantFrom(
    ...["average", "current", "maximum", "minimum"].flatMap((what) => [
      `${what}Above(ALL,N)`,
      `${what}Below(ALL,N)`,
    ]),
    "averageOutsidePercentile(ALL,N)",
    "removeBetweenPercentile(ALL,N)",
    "removeEmptySeries(ALL)",
    "removeEmptySeries(ALL,0.5)",
    'filterSeries(ALL,"median","<",N)',
    'grep(ALL,"[123]")',
    'exclude(ALL,"[123]")',
    "limit(ALL,N)",
    "unique(ALL)",
  );
  property(t, [someSeries, filters, number], (list, filter, n) =>
    isSubsetInOrder(answer(filter.replace("N", String(n)), list), list),
  );
});

test("a filter and its opposite share the series between them", (t) => {
  const opposites = fc.constantFrom(
    ["averageAbove(ALL,N)", "averageBelow(ALL,N)"],
    ["currentAbove(ALL,N)", "currentBelow(ALL,N)"],
    ["maximumAbove(ALL,N)", "maximumBelow(ALL,N)"],
    ["minimumAbove(ALL,N)", "minimumBelow(ALL,N)"],
    ['filterSeries(ALL,"max","=",N)', 'filterSeries(ALL,"max","!=",N)'],
    ['filterSeries(ALL,"last",">",N)', 'filterSeries(ALL,"last","<=",N)'],
    ['filterSeries(ALL,"sum",">=",N)', 'filterSeries(ALL,"sum","<",N)'],
    ['grep(ALL,"host[1-4]")', 'exclude(ALL,"host[1-4]")'],
  );
  property(t, [someSeries, opposites, number], (list, [one, other], n) => {
    const part = answer(one!.replace("N", String(n)), list);
    const rest = answer(other!.replace("N", String(n)), list);
    return part.length + rest.length === list.length && part.every((s) => !rest.includes(s));
  });
});

test("the short filters are filterSeries", (t) => {
  property(t, [someSeries, number], (list, n) =>
    [
      ["averageAbove", "average", ">"],
      ["currentBelow", "last", "<="],
      ["maximumBelow", "max", "<="],
      ["minimumAbove", "min", ">"],
    ].every(([name, func, operator]) => {
      const short = answer(`${name}(ALL,${n})`, list);
      return (
        JSON.stringify(namesOf(short)) ===
        JSON.stringify(namesOf(answer(`filterSeries(ALL,"${func}","${operator}",${n})`, list)))
      );
    }),
  );
});

test("sorting moves series about and loses none", (t) => {
  const sorts = fc.constantFrom(
    "sortBy(ALL)",
    'sortBy(ALL,"stddev",true)',
    "sortByMaxima(ALL)",
    "sortByName(ALL)",
    "sortByName(ALL,true,true)",
    "sortByTotal(ALL)",
    "highest(ALL,100)",
    'lowest(ALL,100,"range")',
  );
  property(t, [someSeries, sorts], (list, sort) => {
    const sorted = answer(sort, list);
    return (
      sorted.length === list.length &&
      new Set(sorted).size === list.length &&
      JSON.stringify(namesOf(answer(sort.replace("ALL", `${sort}`), list))) ===
        JSON.stringify(namesOf(sorted))
    );
  });
});

test("sortByMinima keeps what goes above zero, the lowest first", (t) => {
  property(t, [someSeries], (list) => {
    const sorted = answer("sortByMinima(ALL)", list);
    const least = sorted.map(({ values }) => Math.min(...values.filter((v) => !Number.isNaN(v))));
    return (
      sorted.length === list.filter(({ values }) => values.some((v) => v > 0)).length &&
      least.every((value, i) => i === 0 || least[i - 1]! <= value)
    );
  });
});

test("mostDeviant drops what has no values", (t) => {
  const data = {
    "a.*": [
      fetched("a.none", [null, null]),
      fetched("a.flat", [5, 5]),
      fetched("a.wild", [0, 100]),
      fetched("a.calm", [1, 2]),
      fetched("a.one", [7, null]),
    ],
  };
  t.deepEqual(namesOf(ask("mostDeviant(a.*,9)", data)), ["a.wild", "a.calm", "a.flat", "a.one"]);
  t.deepEqual(namesOf(ask("mostDeviant(a.*,1)", data)), ["a.wild"]);
  t.deepEqual(namesOf(ask("mostDeviant(a.*,-3)", data)), ["a.wild"]);
});

test("a series without values is below everything, and at no percentile", (t) => {
  const data = {
    "a.*": [fetched("a.none", [null]), ...[1, 2, 3].map((v) => fetched(`a.${v}`, [v]))],
  };
  t.deepEqual(namesOf(ask("averageOutsidePercentile(a.*,75)", data)), ["a.1", "a.3"]);
  t.deepEqual(namesOf(ask("removeBetweenPercentile(a.*,25)", data)), ["a.1", "a.3"]);
  t.deepEqual(namesOf(ask("maximumBelow(a.*,-50)", data)), ["a.none"]);
  t.deepEqual(namesOf(ask('filterSeries(a.*,"max","!=",2)', data)), ["a.none", "a.1", "a.3"]);
  t.deepEqual(namesOf(ask("removeEmptySeries(a.*)", data)), ["a.1", "a.2", "a.3"]);
});

test("removing by percentile only makes gaps, and above and below leave the limit", (t) => {
  property(t, [someSeries, fc.integer({ min: 1, max: 99 })], (list, n) => {
    const above = answer(`removeAbovePercentile(ALL,${n})`, list);
    const below = answer(`removeBelowPercentile(ALL,${n})`, list);
    return list.every(({ values }, j) => {
      const kept = [above[j]!, below[j]!].map(valuesOf);
      const limit = valuesOf(above[j]).filter((value) => value !== null);
      return valuesOf({ ...list[j]!, values }).every((value, i) => {
        const [a, b] = [kept[0]![i], kept[1]![i]];
        if (value === null) return a === null && b === null;
        const isLimit = value === Math.max(...(limit as number[]));
        return (a === value || a === null) && (b === value || b === null) && isLimit === (a === b);
      });
    });
  });
});

test("removing by percentile says so in the name and the tags", (t) => {
  const data = { a: [fetched("a", [1, 2, 3, null])], empty: [fetched("empty", [null])] };
  const [series] = ask("removeAbovePercentile(a,50)", data);
  t.is(series!.name, "removeAbovePercentile(a, 50)");
  t.deepEqual(series!.tags, { name: "a", nPercentile: "50.0" });
  t.deepEqual(valuesOf(series), [1, 2, null, null]);
  t.deepEqual(valuesOf(ask("removeBelowPercentile(a,50)", data)[0]), [null, 2, 3, null]);
  t.is(ask("removeBelowPercentile(empty,5)", data)[0]!.name, "removeBelowPercentile(empty, 5)");
});

test("unique keeps the first series of a name over all arguments", (t) => {
  const data = { a: [fetched("a", [1])], b: [fetched("b", [2])] };
  const list = ask('unique(a,b,alias(b,"a"),a)', data);
  t.deepEqual(
    list.map((series) => [series.name, ...valuesOf(series)]),
    [
      ["a", 1],
      ["b", 2],
    ],
  );
});

test("removeEmptySeries has a share of its own, whatever that of the request is", (t) => {
  const data = { a: [fetched("a", [1, null, null, null])] };
  t.is(ask("removeEmptySeries(a)", data, 0.5).length, 1);
  t.is(ask("removeEmptySeries(a,0.25)", data, 0.5).length, 1);
  t.is(ask("removeEmptySeries(a,0.5)", data).length, 0);
});

test("useSeriesAbove skips series with gaps and finds the others under their new names", (t) => {
  const data = {
    "a.*": [fetched("a.1", [5, 20]), fetched("a.2", [20, null]), fetched("a.3", [1, 2])],
    "b.1": [fetched("b.1", [7, 7])],
  };
  t.deepEqual(namesOf(ask('useSeriesAbove(a.*,10,"a","b")', data)), ["b.1"]);
  t.deepEqual(ask('useSeriesAbove(a.*,100,"a","b")', data), []);
  t.is(refusal('useSeriesAbove(a.*,10,"(","b")', data), "ERR_REGEX");
});

test("wrong arguments are refused with a reason", (t) => {
  const data = { a: [fetched("a", [1])] };
  for (const target of [
    'filterSeries(a,"max","~",1)',
    'filterSeries(a,"maxSeries",">",1)',
    'filterSeries(a,"max",">","x")',
    "averageAbove(a)",
    "mostDeviant(a,1.5)",
    "highestMax(a)",
    "removeAbovePercentile(a,b)",
  ]) {
    t.is(refusal(target, data), "ERR_ARGUMENT", target);
  }
  t.is(ask("highest(a)", data).length, 1);
});
