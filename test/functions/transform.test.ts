import test from "ava";
import fc from "fast-check";
import { property } from "../property.ts";
import { evaluateTarget, evaluateTargets, isClose, type Stored, shown } from "./evaluate-target.ts";

/** Whole numbers, so that sums are exact whatever their order. */
const stored = fc
  .record({
    step: fc.constantFrom(1, 10, 60),
    values: fc.array(fc.option(fc.integer({ min: -1000, max: 1000 })), {
      minLength: 1,
      maxLength: 50,
    }),
  })
  .map(({ step, values }): Stored => ({ name: "a", start: 6000 * step, step, values }));

const withoutGaps = stored.filter(({ values }) => values.every((value) => value !== null));

/** The window in which all that is stored lies. */
function whole({ start, step, values }: Stored): { from: number; until: number } {
  return { from: start - step, until: start + (values.length - 1) * step };
}

function valuesOf(target: string, one: Stored): (number | null)[] {
  return shown(evaluateTarget(target, [one], whole(one))[0]);
}

function total(values: readonly (number | null)[]): number {
  return values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
}

const EACH_VALUE = [
  "absolute(a)",
  "add(a,1.5)",
  "exp(a)",
  "invert(a)",
  "log(a,2)",
  "logit(a)",
  "minMax(a)",
  "offset(a,-1)",
  "offsetToZero(a)",
  "pow(a,2)",
  "round(a,-1)",
  "scale(a,2)",
  "scaleToSeconds(a,60)",
  "sigmoid(a)",
  "squareRoot(a)",
];

test("functions of one value keep gaps, times and length", (t) => {
  property(t, [stored, fc.constantFrom(...EACH_VALUE)], (one, target) => {
    const [series] = evaluateTarget(target, [one], whole(one));
    return (
      series!.start === one.start &&
      series!.step === one.step &&
      series!.values.length === one.values.length &&
      one.values.every((value, i) => value !== null || Number.isNaN(series!.values[i]!))
    );
  });
});

test("a shift by nothing changes no value, and shifts add up", (t) => {
  property(t, [stored, fc.nat(20), fc.nat(20)], (one, first, second) => {
    const shift = (seconds: number): string => `${seconds * one.step}s`;
    const nested = `timeShift(timeShift(a,"${shift(first)}"),"${shift(second)}")`;
    const window = { from: whole(one).from, until: whole(one).until + 20 * one.step };
    const [once, twice, none, plain] = evaluateTargets(
      [`timeShift(a,"${shift(first + second)}")`, nested, 'timeShift(a,"0s")', "a"],
      [one],
      window,
    ).map(([series]) => JSON.stringify(shown(series)));
    return once === twice && none === plain;
  });
});

test("a stack of shifts is the shifts one by one", (t) => {
  property(t, [stored, fc.integer({ min: -3, max: 3 }), fc.nat(4)], (one, from, count) => {
    const unit = `${one.step * 2}s`;
    const stack = evaluateTarget(
      `timeStack(a,"${unit}",${from},${from + count})`,
      [one],
      whole(one),
    );
    return (
      stack.length === count &&
      stack.every((series, i) => {
        const seconds = (from + i) * one.step * 2;
        const sign = seconds < 0 ? "+" : "-";
        const expected = valuesOf(`timeShift(a,"${sign}${Math.abs(seconds)}s")`, one);
        return (
          series.name === `timeShift(a, -${unit}, ${from + i})` &&
          JSON.stringify(shown(series)) === JSON.stringify(expected)
        );
      })
    );
  });
});

test("derivative undoes integral, and integral undoes derivative but for the first value", (t) => {
  property(t, [withoutGaps], (one) => {
    const undone = valuesOf("derivative(integral(a))", one).slice(1);
    const redone = valuesOf("integral(derivative(a))", one).slice(1);
    const first = one.values[0]!;
    return one.values
      .slice(1)
      .every((value, i) => undone[i] === value && redone[i] === value! - first);
  });
});

test("an integral by one long interval is the integral, and gaps show the sum so far", (t) => {
  property(t, [stored], (one) => {
    const integral = valuesOf("integral(a)", one);
    let last = 0;
    return valuesOf('integralByInterval(a,"100d")', one).every((value, i) => {
      last = integral[i] ?? last;
      return value === last;
    });
  });
});

test("interpolate fills inner gaps up to its limit with values between their ends, and nothing else", (t) => {
  property(t, [stored, fc.integer({ min: 0, max: 5 })], (one, limit) => {
    const filled = valuesOf(`interpolate(a,${limit})`, one);
    return one.values.every((value, i) => {
      if (value !== null) return filled[i] === value;
      let before = i;
      let after = i;
      while (before >= 0 && one.values[before] === null) before--;
      while (after < one.values.length && one.values[after] === null) after++;
      const isInner = before >= 0 && after < one.values.length && after - before - 1 <= limit;
      if (!isInner) return filled[i] === null;
      const [low, high] = [one.values[before]!, one.values[after]!].sort((a, b) => a - b);
      return filled[i]! >= low! - 1e-9 && filled[i]! <= high! + 1e-9;
    });
  });
});

test("a delay back and forth loses only what went over the end", (t) => {
  property(t, [stored, fc.nat(60)], (one, steps) => {
    const back = valuesOf(`delay(delay(a,${steps}),-${steps})`, one);
    return one.values.every(
      (value, i) => back[i] === (i < one.values.length - steps ? value : null),
    );
  });
});

test("summarize and hitcount lose nothing, however the buckets lie", (t) => {
  property(t, [stored, fc.integer({ min: 1, max: 300 })], (one, seconds) => {
    const sum = total(one.values);
    const buckets = ["", ',"sum",true'].map((rest) =>
      total(valuesOf(`summarize(a,"${seconds}s"${rest})`, one)),
    );
    const hits = total(valuesOf(`hitcount(a,"${seconds}s")`, one));
    return buckets.every((one) => one === sum) && isClose(hits, sum * one.step);
  });
});

test("smartSummarize without alignment is summarize from the beginning", (t) => {
  property(
    t,
    [stored, fc.integer({ min: 1, max: 300 }), fc.constantFrom("max", "avg", "count")],
    (one, seconds, func) => {
      const smart = valuesOf(`smartSummarize(a,"${seconds}s","${func}")`, one);
      const plain = valuesOf(`summarize(a,"${seconds}s","${func}",true)`, one);
      return JSON.stringify(smart) === JSON.stringify(plain);
    },
  );
});

test("smartSummarize begins with a calendar unit of the request's time zone", (t) => {
  // 2023-11-15 02:00:00 UTC, a Wednesday; 21:00 of the 14th in New York.
  const window = { from: 1_700_013_600, until: 1_700_017_200 };
  const one: Stored = { name: "a", start: 1_672_531_200, step: 3600, values: [] };
  const startOf = (unit: string, timeZone: string): number | undefined =>
    evaluateTarget(`smartSummarize(a,"1d","sum","${unit}")`, [one], window, { timeZone })[0]?.start;
  t.is(startOf("days", "UTC"), 1_700_006_400 + 3600);
  t.is(startOf("days", "America/New_York"), 1_699_938_000 + 3600);
  t.is(startOf("weeks", "UTC"), 1_699_833_600 + 3600);
  t.is(startOf("weeks3", "UTC"), 1_700_006_400 + 3600);
  t.is(startOf("weeks7", "UTC"), 1_699_747_200 + 3600);
  t.is(startOf("months", "UTC"), 1_698_796_800 + 3600);
  t.is(startOf("years", "UTC"), 1_672_531_200 + 3600);
});

test("hitcount spreads a rate over the buckets that its step touches", (t) => {
  const one: Stored = { name: "a", start: 600, step: 60, values: [1, 2, null, 4] };
  const [series] = evaluateTarget('hitcount(a,"90s")', [one], { from: 599, until: 780 });
  t.is(series?.start, 570);
  t.deepEqual(shown(series), [60, 60 * 2, 60 * 4]);
});

test("what comes only every few steps is compressed to what came", (t) => {
  property(
    t,
    [
      fc.integer({ min: 2, max: 6 }),
      fc.nat(5),
      fc.array(fc.integer({ min: 1, max: 99 }), { minLength: 3, maxLength: 10 }),
    ],
    (period, lead, list) => {
      const values = [
        ...new Array<null>(lead).fill(null),
        ...list.flatMap((value) => [value, ...new Array<null>(period - 1).fill(null)]),
      ];
      const one: Stored = { name: "a", start: 6000, step: 10, values };
      const [series] = evaluateTarget("compressPeriodicGaps(a)", [one], whole(one));
      return (
        series!.step === 10 * period &&
        series!.start === 6000 + 10 * lead &&
        JSON.stringify(shown(series)) === JSON.stringify(list)
      );
    },
  );
});

test("timeSlice keeps what it is told and nothing else", (t) => {
  const values = [1, 2, 3, 4, 5, 6];
  const one: Stored = { name: "a", start: 600, step: 60, values };
  const window = { from: 600 - 60, until: 900 };
  const [series] = evaluateTarget('timeSlice(a,"660","780")', [one], window);
  // From the window's beginning on, so one step late.
  t.deepEqual(shown(series), [null, null, 3, 4, 5, null]);
  const [open] = evaluateTarget('timeSlice(a,"660","now-2min")', [one], window, { now: 900 });
  t.deepEqual(shown(open), [null, null, 3, 4, 5, null]);
});

test("a shift over a change of clocks can follow them", (t) => {
  // New York set its clocks back on 2023-11-05 06:00 UTC.
  const day = 86_400;
  const noon = 1_699_290_000;
  const values = Array.from({ length: 24 * 10 }, (_, i) => i);
  const one: Stored = { name: "a", start: noon - 8 * day, step: 3600, values };
  const window = { from: noon, until: noon + 3600 };
  const at = (target: string): number =>
    evaluateTarget(target, [one], window, { timeZone: "America/New_York" })[0]!.values[0]!;
  t.is(at('timeShift(a,"7d")') - 1, at('timeShift(a,"7d",true,true)'));
  t.is(at('timeShift(a,"1h")'), at('timeShift(a,"1h",alignDst=true)'));
  t.is(at('timeShift(a,"7d",alignDST=true)'), at('timeShift(a,"7d",alignDst=true)'));
});
