import type { Chance } from "./chance.ts";

export interface FuzzSeries {
  name: string;
  step: number;
  /** Points that a whisper file of it has room for. */
  points: number;
  values: [time: number, value: number][];
}

/** What a metric looks like; gaps are the share of points that are missing. */
interface Shape {
  metric: string;
  gaps: number;
  next(previous: number, chance: Chance): number;
}

const SHAPES: readonly Shape[] = [
  { metric: "cpu", gaps: 0.1, next: (last, chance) => cents(walk(last, 10, 0, 100, chance)) },
  { metric: "full", gaps: 0, next: (last, chance) => walk(last, 2, -20, 20, chance) },
  { metric: "bytes", gaps: 0.03, next: counter },
  { metric: "errors", gaps: 0.5, next: (_last, chance) => Math.max(0, chance.integer(-6, 4)) },
  {
    metric: "size",
    gaps: 0.02,
    next: (last, chance) => Math.round(walk(last, 1e8, 0, 4e9, chance)),
  },
];
const HOSTS = ["web1", "web2", "db10"];

/** Steps that series have; the second node of their names is `s` and the step. */
export const STEPS = [10, 60, 300];
/** How much of the day before `end` has data, by step: enough, and not too slow to load. */
const HOURS: Record<number, number> = { 10: 5, 60: 24, 300: 48 };
const RETENTION_DAYS = 12;

/** Schemas under which both servers keep the series alike. */
export const SCHEMAS = STEPS.map(
  (step) => `[s${step}]\npattern = [.=]s${step}\\b\nretentions = ${step}s:${RETENTION_DAYS}d\n`,
).join("\n");

/** Series of several steps and shapes that end at `end`; some have tags, some hardly any points. */
export function randomSeries(chance: Chance, end: number): FuzzSeries[] {
  const series: FuzzSeries[] = [];
  for (const step of STEPS) {
    for (const host of HOSTS) {
      for (const shape of SHAPES) {
        series.push(seriesOf(`fuzz.s${step}.${host}.${shape.metric}`, step, shape, chance, end));
      }
    }
    for (const [host, shape] of [
      ["web1", SHAPES[0]!],
      ["web2", SHAPES[2]!],
      ["db10", SHAPES[3]!],
    ] as const) {
      const dc = host === "web1" ? "eu" : "us";
      const name = `tagged.load;dc=${dc};host=${host};res=s${step}`;
      series.push(seriesOf(name, step, shape, chance, end));
    }
    // A point long ago, and nothing where anybody looks.
    const once: FuzzSeries = { ...emptySeries(`fuzz.s${step}.idle.full`, step) };
    once.values.push([end - 10 * 86_400, 1]);
    series.push(once);
    const rare = { metric: "rare", gaps: 0.97, next: SHAPES[0]!.next };
    series.push(seriesOf(`fuzz.s${step}.idle.rare`, step, rare, chance, end));
  }
  return series;
}

function seriesOf(
  name: string,
  step: number,
  shape: Shape,
  chance: Chance,
  end: number,
): FuzzSeries {
  const series = emptySeries(name, step);
  let value = chance.between(0, 20);
  let gap = 0;
  for (let time = end - HOURS[step]! * 3600; time < end; time += step) {
    value = shape.next(value, chance);
    // Gaps come in runs, as outages do.
    if (gap === 0 && chance.happens(shape.gaps / 3)) gap = chance.integer(1, 5);
    if (gap > 0) gap--;
    else if (shape.gaps < 0.9 || chance.happens(1 - shape.gaps)) series.values.push([time, value]);
  }
  return series;
}

function emptySeries(name: string, step: number): FuzzSeries {
  return { name, step, points: (RETENTION_DAYS * 86_400) / step, values: [] };
}

function walk(last: number, most: number, low: number, high: number, chance: Chance): number {
  return Math.min(high, Math.max(low, last + chance.between(-most, most)));
}

function cents(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Grows, stands still, and now and then begins anew. */
function counter(last: number, chance: Chance): number {
  if (chance.happens(0.02)) return chance.integer(0, 10);
  return chance.happens(0.1) ? last : Math.round(last) + chance.integer(1, 500);
}
