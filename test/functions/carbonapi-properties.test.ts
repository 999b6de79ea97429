import test from "ava";
import fc from "fast-check";
import { CARBONAPI_FUNCTIONS } from "../../src/functions/carbonapi.ts";
import { GraphiteError } from "../../src/model/errors.ts";
import type { TimeSeries } from "../../src/model/time-series.ts";
import { property } from "../property.ts";
import { evaluateTarget, type Options, type Row, row, T0 } from "./in-memory.ts";

const number = fc.integer({ min: -1000, max: 1000 }).map((value) => value / 8);
const gappy = fc.oneof({ weight: 4, arbitrary: number }, fc.constant(Number.NaN));
const points = (least = 1): fc.Arbitrary<number[]> =>
  fc.array(gappy, { minLength: least, maxLength: 40 });
const complete = fc.array(number, { minLength: 1, maxLength: 40 });

/** Evaluates over a window that is just as long as the first series. */
function over(target: string, lists: Record<string, readonly number[]>): TimeSeries[] {
  const rows = Object.entries(lists).map(([name, values]) => row(name, values));
  return evaluateTarget(target, rows, lengthOf(rows));
}

function lengthOf(rows: readonly Row[]): Options {
  return { window: { from: T0, until: T0 + rows[0]!.values.length * 10 } };
}

function valuesOf(target: string, lists: Record<string, readonly number[]>): Float64Array {
  return over(target, lists)[0]!.values;
}

function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) < 1e-7 || (Number.isNaN(a) && Number.isNaN(b));
}

test("fft is what its definition says, for any number of points", (t) => {
  property(t, [complete], (values) => {
    const [abs, phase] = over("fft(x)", { x: values });
    return values.every((_, k) => {
      let re = 0;
      let im = 0;
      values.forEach((value, n) => {
        re += value * Math.cos((2 * Math.PI * k * n) / values.length);
        im -= value * Math.sin((2 * Math.PI * k * n) / values.length);
      });
      const magnitude = abs!.values[k]!;
      const angle = phase!.values[k]!;
      return isNear(magnitude * Math.cos(angle), re) && isNear(magnitude * Math.sin(angle), im);
    });
  });
});

test("ifft undoes fft, but for signs and gaps", (t) => {
  property(t, [points()], (values) => {
    const back = valuesOf("ifft(fft(x,'abs'),fft(x,'phase'))", { x: values });
    return values.every((value, i) => isNear(back[i]!, Math.abs(Number.isNaN(value) ? 0 : value)));
  });
});

test("polyfit finds any polynomial again, gaps or not, and draws it on", (t) => {
  const coefficient = fc.integer({ min: -5, max: 5 });
  const known = fc.array(fc.boolean(), { minLength: 8, maxLength: 40 });
  property(t, [coefficient, coefficient, coefficient, known], (a, b, c, isKnown) => {
    const at = (i: number): number => a + b * i + c * i * i;
    const values = isKnown.map((is, i) => (is || i < 4 ? at(i) : Number.NaN));
    const fitted = valuesOf("polyfit(x,3,'50s')", { x: values });
    return fitted.length === values.length + 5 && fitted.every((value, i) => isNear(value, at(i)));
  });
});

test("a polynomial of a higher degree never fits worse", (t) => {
  const missOf = (values: readonly number[], degree: number): number => {
    const fitted = valuesOf(`polyfit(x,${degree})`, { x: values });
    return values.reduce((sum, value, i) => {
      return Number.isNaN(value) ? sum : sum + (value - fitted[i]!) ** 2;
    }, 0);
  };
  property(t, [points(), fc.integer({ min: 1, max: 19 })], (values, degree) => {
    const miss = missOf(values, degree);
    return Number.isNaN(miss) || missOf(values, degree + 1) <= miss * (1 + 1e-9) + 1e-9;
  });
});

test("a correlation is between -1 and 1, and does not mind shift, scale and order", (t) => {
  property(t, [fc.array(fc.tuple(gappy, gappy), { minLength: 1, maxLength: 40 })], (pairs) => {
    const x = pairs.map(([first]) => first);
    const y = pairs.map(([, second]) => second);
    const there = valuesOf("pearson(x,y,5)", { x, y });
    const back = valuesOf("pearson(y,x,5)", { y, x });
    const moved = valuesOf("pearson(offset(scale(x,-4),7),y,5)", { x, y });
    return there.every(
      (value, i) =>
        isNear(value, back[i]!) &&
        isNear(-value, moved[i]!) &&
        (Number.isNaN(value) || Math.abs(value) <= 1),
    );
  });
});

test("the Kolmogorov-Smirnov test is a probability, and sees no order", (t) => {
  const pairs = fc.array(fc.tuple(gappy, gappy), { minLength: 7, maxLength: 7 });
  property(t, [pairs], (list) => {
    const last = (samples: readonly [number, number][]): number => {
      const x = samples.map(([first]) => first);
      const y = samples.map(([, second]) => second);
      // The window leaves out the first point, and the last one sees all others.
      return valuesOf("ksTest2(x,y,6)", { x, y })[6]!;
    };
    const [first, ...rest] = list;
    const value = last(list);
    const isProbability = Number.isNaN(value) || (value >= 0 && value <= 1);
    return isProbability && isNear(value, last([first!, ...rest.reverse()]));
  });
});

test("the moving window of the test forgets what has left it", (t) => {
  property(t, [points(12), points(12)], (before, x) => {
    const tail = x.slice(0, 12);
    const y = tail.map((value) => value / 2);
    const alone = valuesOf("ksTest2(x,y,6)", { x: tail, y });
    const joined = valuesOf("ksTest2(x,y,6)", {
      x: [...before, ...tail],
      y: [...before, ...y],
    }).subarray(before.length);
    return alone.every((value, i) => i < 6 || isNear(value, joined[i]!));
  });
});

test("buckets of a heat map and the lowest one add up to the highest", (t) => {
  const counts = fc.array(fc.nat(50), { minLength: 3, maxLength: 3 });
  property(t, [fc.array(counts, { minLength: 1, maxLength: 20 })], (rows) => {
    const sums = rows.map(([a = 0, b = 0, c = 0]) => [a, a + b, a + b + c] as const);
    const lists = {
      high: sums.map(([, , high]) => high),
      low: sums.map(([low]) => low),
      middle: sums.map(([, middle]) => middle),
    };
    const [first, second] = over("heatMap(group(high,low,middle))", lists);
    return lists.high.every(
      (value, i) => first!.values[i]! + second!.values[i]! === value - lists.low[i]!,
    );
  });
});

test("shares of slo, weighted by their points, are the share of all", (t) => {
  property(t, [complete, fc.integer({ min: 1, max: 12 })], (values, points) => {
    const shares = valuesOf(`slo(x,'${points * 10}s','below',0)`, { x: values });
    let good = 0;
    shares.forEach((share, i) => {
      good += share * Math.min(points, values.length - i * points);
    });
    // An interval that is longer than the request sees the gaps before it, too.
    return isNear(good, values.filter((value) => value < 0).length) || points > values.length;
  });
});

test("join: what is in either is what is in both and what is in one", (t) => {
  const names = fc.uniqueArray(fc.constantFrom(..."abcde"), { minLength: 1 });
  property(t, [names, names], (a, b) => {
    const rows = [..."abcde"].map((name) => row(name, "1"));
    const joined = (type: string): string[] =>
      evaluateTarget(`join(group(${a}),group(${b}),'${type}')`, rows).map((one) => one.name);
    const union = [...joined("AND"), ...joined("XOR")].sort();
    return (
      JSON.stringify(union) === JSON.stringify(joined("OR").sort()) &&
      joined("SUB").every((name) => a.includes(name) && !b.includes(name))
    );
  });
});

test("the sum since the last reset never sees what was before it", (t) => {
  const reset = fc.constantFrom(0, 0, 0, 1, Number.NaN);
  property(t, [fc.array(fc.tuple(gappy, reset), { minLength: 1 })], (pairs) => {
    const x = pairs.map(([value]) => value);
    const resets = pairs.map(([, value]) => value);
    const sums = valuesOf("integralWithReset(x,resets)", { x, resets });
    return x.every((value, i) => {
      if (Number.isNaN(value)) return Number.isNaN(sums[i]!);
      const since = resets.lastIndexOf(1, i) + 1;
      const sum = x.slice(since, i + 1).reduce((all, one) => all + (one || 0), 0);
      return isNear(sums[i]!, sum);
    });
  });
});

test("whatever the arguments are, there is an answer or a reason, and no flood of points", (t) => {
  const rows = [
    row("w.a", "1 _ 3 4"),
    row("w.b", "_ 0 -1 1e300"),
    row("w.c", "2 2", { start: T0 + 20, step: 20 }),
    row("w.1_2", "_"),
  ];
  const list = fc.constantFrom("w.a", "w.*", "w.none", "w.{a,b}", "w.c");
  const word = fc.constantFrom("0", "1", "-1", "3", "2.5", "1e9", "-1e300", "inf", "'1h'", "''");
  const text = fc.constantFrom(
    "'30s'",
    "'-1d'",
    "'999999999y'",
    "'above'",
    "'neg'",
    "true",
    "None",
  );
  const argument = fc.oneof(list, word, text);
  const REASONS = ["ERR_ARGUMENT", "ERR_TIME", "ERR_LIMIT_DATAPOINTS", "ERR_TARGET_SYNTAX"];
  for (const { name } of CARBONAPI_FUNCTIONS) {
    property(t, [list, fc.array(argument, { maxLength: 5 })], (first, rest) => {
      try {
        const answer = evaluateTarget(`${name}(${[first, ...rest].join(",")})`, rows, {
          window: { from: T0, until: T0 + 40 },
          maxDatapoints: 1000,
        });
        return answer.every(({ values, step }) => values.length <= 1000 && step > 0);
      } catch (error) {
        if (!(error instanceof GraphiteError)) return false;
        // What does not fit together is told in our words; nothing else may go wrong.
        const isOurs = /must have the same step/.test(error.message);
        return REASONS.includes(error.code) || (error.code === "ERR_EVALUATION" && isOurs);
      }
    });
  }
});
