import test from "ava";
import { GraphiteError } from "../../src/model/errors.ts";
import { evaluateTarget, type Stored } from "./evaluate-target.ts";

const window = { from: 600, until: 4200 };
const a: Stored = {
  name: "a",
  start: 0,
  step: 10,
  values: Array.from({ length: 500 }, (_, i) => i),
  oldest: 0,
};

const TOO_MUCH = [
  ['summarize(a,"-5min")', "ERR_ARGUMENT"],
  ['summarize(a,"0s")', "ERR_ARGUMENT"],
  ['smartSummarize(a,"0s")', "ERR_ARGUMENT"],
  ['smartSummarize(a,"-1h")', "ERR_ARGUMENT"],
  ['smartSummarize(a,"1h","sum","fortnights")', "ERR_ARGUMENT"],
  ['smartSummarize(a,"1h","sum","hours3")', "ERR_ARGUMENT"],
  ['hitcount(a,"0s")', "ERR_ARGUMENT"],
  ['hitcount(a,"-1h",true)', "ERR_ARGUMENT"],
  ['integralByInterval(a,"0min")', "ERR_ARGUMENT"],
  ['integralByInterval(a,"soon")', "ERR_TIME"],
  ['timeStack(a,"1d",1,100000)', "ERR_ARGUMENT"],
  ['timeStack(a,"1d",-9007199254740991,9007199254740991)', "ERR_ARGUMENT"],
  ['timeShift(a,"99999999999999999999y")', "ERR_ARGUMENT"],
  ['movingAverage(a,"99999999999999999999y")', "ERR_ARGUMENT"],
  ["movingMax(a,9007199254740991)", "ERR_ARGUMENT"],
  ['time("x",0)', "ERR_ARGUMENT"],
  ['timeFunction("x",-60)', "ERR_ARGUMENT"],
  ['sin("x",1,0)', "ERR_ARGUMENT"],
  ['randomWalk("x",0)', "ERR_ARGUMENT"],
  ['movingAverage(time("x",1),"1y")', "ERR_LIMIT_DATAPOINTS"],
  ['movingMedian(randomWalk("x",1),"10y")', "ERR_LIMIT_DATAPOINTS"],
  ['timeStack(time("x",1),"1h",0,100)', "ERR_LIMIT_DATAPOINTS"],
  ["exponentialMovingAverage(a,0)", "ERR_ARGUMENT"],
  ["exponentialMovingAverage(a,-5)", "ERR_ARGUMENT"],
  ["stdev(a,0)", "ERR_ARGUMENT"],
  ["nPercentile(a,0)", "ERR_ARGUMENT"],
  ["log(a,1)", "ERR_ARGUMENT"],
  ["log(a,0)", "ERR_ARGUMENT"],
  ["log(a,-2)", "ERR_ARGUMENT"],
  ["round(a,1.5)", "ERR_ARGUMENT"],
  ["delay(a,1.5)", "ERR_ARGUMENT"],
  ["scale(a)", "ERR_ARGUMENT"],
  ['dashed(a,"long")', "ERR_ARGUMENT"],
  ['linearRegression(a,"gibberish")', "ERR_TIME"],
  ['timeSlice(a,"gibberish")', "ERR_TIME"],
  ['verticalLine("gibberish")', "ERR_TIME"],
  ['aggregateLine(a,"nosuch")', "ERR_ARGUMENT"],
  ['aggregateLine(a,"sumSeries")', "ERR_ARGUMENT"],
  ['movingWindow(a,3,"sumSeries")', "ERR_ARGUMENT"],
] as const;

for (const [target, code] of TOO_MUCH) {
  test(`${target} is refused with a reason`, (t) => {
    const error = t.throws(() => evaluateTarget(target, [a], window));
    t.true(error instanceof GraphiteError);
    t.is((error as GraphiteError).code, code, error?.message);
  });
}

const CHEAP = [
  'movingAverage(a,"1y")',
  'movingMedian(a,"30y")',
  "movingMax(a,1000000000)",
  'movingWindow(a,"100y","stddev")',
  'exponentialMovingAverage(a,"10y")',
  "exponentialMovingAverage(a,1000000000)",
  'holtWintersForecast(a,"50y","10y")',
  'holtWintersAberration(a,3,"0s","0s")',
  'timeStack(a,"30d",0,366)',
  'timeShift(a,"100y")',
  'summarize(a,"100y")',
  'hitcount(a,"100y",true)',
  'smartSummarize(a,"1d","sum","years")',
  "delay(a,9007199254740991)",
  "delay(a,-9007199254740991)",
  "interpolate(a,9007199254740991)",
  "round(a,9007199254740991)",
  "round(a,-9007199254740991)",
  "stdev(a,9007199254740991)",
  "nPercentile(a,1e300)",
  'linearRegression(a,"0","4294967295")',
] as const;

for (const target of CHEAP) {
  test(`${target} is answered at once`, (t) => {
    const began = process.cpuUsage();
    const list = evaluateTarget(target, [a], window, { now: 4200 });
    const { user, system } = process.cpuUsage(began);
    t.true(user + system < 2_000_000);
    for (const { values } of list) t.true(values.length <= 100_000);
  });
}
