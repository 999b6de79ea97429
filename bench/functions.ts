import type { TimeSeries } from "../src/model/time-series.ts";
import { Evaluation, type Fetched } from "../src/render/evaluate.ts";
import { parseTarget } from "../src/target/parse-target.ts";
import { type Benchmark, ownCpuSeconds } from "./benchmark.ts";

const SERIES = 1000;
const POINTS = 1440;
const START = 1_700_000_040;
const WINDOW = { from: START - 60, until: START + (POINTS - 1) * 60 };
const PROMISED_MS = 60;

/** Series of one path, as if they had been fetched; the window before the graph has data, too. */
function fetched(from: number, until: number): TimeSeries[] {
  const length = Math.round((until - from) / 60);
  return Array.from({ length: SERIES }, (_, i) => {
    const name = `dc${i % 4}.host${i >> 2}.cpu.user`;
    const values = new Float64Array(length);
    for (let at = 0; at < length; at++) {
      values[at] = (i + at) % 97 === 0 ? Number.NaN : Math.round(Math.sin(at / 50 + i) * 1e4) / 100;
    }
    return {
      name,
      pathExpression: "dc*.host*.cpu.user",
      start: from + 60,
      end: from + 60 + length * 60,
      step: 60,
      values,
      consolidation: "average",
      xFilesFactor: null,
      tags: { name },
    };
  });
}

/** Evaluates a target as a request does, over data that are there already. */
function evaluate(target: string, data: Map<string, Fetched>): TimeSeries[] {
  const { expression } = parseTarget(target);
  for (;;) {
    const evaluation = new Evaluation(data, {
      timeZone: "UTC",
      now: WINDOW.until,
      xFilesFactor: 0,
      maxDatapoints: 1e9,
      events: () => [],
      checkTime: () => {},
    });
    const result = evaluation.evaluate(expression!, WINDOW);
    if (evaluation.needs.size === 0) return result;
    for (const { key, window } of evaluation.needs.values()) {
      data.set(key, fetched(window.from, window.until));
    }
  }
}

function call(name: string, target: string): Benchmark {
  return {
    name,
    unit: `milliseconds of CPU for ${target} over ${SERIES} x ${POINTS} points`,
    floor: PROMISED_MS,
    moreIsBetter: false,
    async run(seconds) {
      const data = new Map<string, Fetched>();
      let list = evaluate(target, data);
      let best = Number.POSITIVE_INFINITY;
      const end = performance.now() + seconds * 1000;
      do {
        const from = ownCpuSeconds();
        list = evaluate(target, data);
        best = Math.min(best, ownCpuSeconds() - from);
      } while (performance.now() < end);
      return { value: best * 1000, baseline: null, note: `${list.length} series come of it` };
    },
  };
}

const PATH = "dc*.host*.cpu.user";

export const benchmarks: Benchmark[] = [
  call("sumSeries", `sumSeries(${PATH})`),
  call("groupByNode", `groupByNode(${PATH},0,"sum")`),
  call("movingAverage", `movingAverage(${PATH},10)`),
  call("asPercent", `asPercent(${PATH})`),
  call("summarize", `summarize(${PATH},"1h","sum")`),
];
