import fc from "fast-check";
import { GraphiteError } from "../../src/model/errors.ts";
import type { TimeSeries } from "../../src/model/time-series.ts";
import { Evaluation, type Fetched } from "../../src/render/evaluate.ts";
import { parseTarget } from "../../src/target/parse-target.ts";

export const START = 1_700_000_040;
export const STEP = 60;

/** A series as it is fetched; null is a gap. */
export function fetched(
  name: string,
  values: readonly (number | null)[],
  pathExpression = name,
  step = STEP,
): TimeSeries {
  return {
    name,
    pathExpression,
    start: START,
    end: START + values.length * step,
    step,
    values: Float64Array.from(values, (value) => value ?? Number.NaN),
    consolidation: "average",
    xFilesFactor: null,
    tags: { name },
  };
}

/** What a target answers over these series: patterns and what they find, as a request fetches them. */
export function ask(
  target: string,
  data: Readonly<Record<string, readonly TimeSeries[]>>,
  xFilesFactor = 0,
): TimeSeries[] {
  const known = new Map<string, Fetched>();
  const { expression } = parseTarget(target);
  if (expression === null) return [];
  for (let round = 0; ; round++) {
    const evaluation = new Evaluation(known, {
      timeZone: "UTC",
      now: START + 86_400,
      xFilesFactor,
      maxDatapoints: 1_000_000,
      events: () => [],
      checkTime: () => {},
    });
    let result: TimeSeries[] = [];
    let error: unknown = null;
    try {
      result = evaluation.evaluate(expression, { from: START - STEP, until: START + 100 * STEP });
    } catch (caught) {
      error = caught;
    }
    if (evaluation.needs.size === 0) {
      if (error !== null) throw error;
      return result;
    }
    if (round === 8) throw new Error(`${target} never has enough data`);
    for (const need of evaluation.needs.values()) {
      known.set(need.key, data[need.pattern ?? ""] ?? []);
    }
  }
}

/** The code of the error that a target is refused with; null when it is answered. */
export function refusal(
  target: string,
  data: Readonly<Record<string, readonly TimeSeries[]>>,
): string | null {
  try {
    ask(target, data);
    return null;
  } catch (error) {
    return error instanceof GraphiteError ? error.code : String(error);
  }
}

/** Values as JSON shows them. */
export function valuesOf(series: TimeSeries | undefined): (number | null)[] {
  return Array.from(series?.values ?? [], (value) => (Number.isNaN(value) ? null : value));
}

/** Small whole numbers, so that sums are exact in any order, and gaps. */
export const someValues: fc.Arbitrary<(number | null)[]> = fc.array(
  fc.option(fc.integer({ min: -100, max: 100 }), { freq: 4 }),
  { minLength: 6, maxLength: 6 },
);

/** Series `dc<d>.host<h>.<metric>`, all found by one pattern, in the order of their names. */
export const someSeries: fc.Arbitrary<TimeSeries[]> = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 9 })), {
    minLength: 1,
    maxLength: 8,
    selector: ([dc, host]) => `${dc} ${host}`,
  })
  .chain((places) =>
    fc
      .tuple(...places.map(() => someValues))
      .map((lists) =>
        places
          .map(([dc, host], i) => fetched(`dc${dc}.host${host}.load`, lists[i]!, "dc*.host*.load"))
          .sort((a, b) => (a.name < b.name ? -1 : 1)),
      ),
  );
