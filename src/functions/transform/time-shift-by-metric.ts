import { GraphiteError } from "../../model/errors.ts";
import { renamed, type TimeSeries } from "../../model/time-series.ts";
import { defineFunction } from "../define.ts";
import { keyOf } from "../nodes.ts";
import { node, seriesList } from "../params.ts";

/** The moment at which a release ended: the last value of its highest minor version. */
interface Mark {
  major: number;
  minor: number;
  /** The version as it is in the name, `65_4`. */
  version: string;
  /** Of the last value. */
  index: number;
}

export const timeShiftByMetric = defineFunction({
  name: "timeShiftByMetric",
  group: "Transform",
  origin: "carbonapi",
  doc:
    "Lays releases over each other: moves the series of every version so that the last values " +
    "of their marks, series named major_minor, meet at the newest.",
  params: { seriesList, marks: seriesList, versionNode: node },
  evaluate: ({ seriesList: list, marks, versionNode }) => {
    if (list.length === 0 || marks.length === 0) return [];
    checkSameLength(list, marks);
    const newest = new Map<number, Mark>();
    for (const one of marks) {
      const mark = markOf(one);
      if (mark === null) continue;
      const known = newest.get(mark.major);
      if (known === undefined || mark.minor > known.minor) newest.set(mark.major, mark);
    }
    const byVersion = new Map<string, Mark>();
    for (const mark of newest.values()) {
      byVersion.set(String(mark.major), mark).set(mark.version, mark);
    }
    const goal = [...newest.values()].sort((a, b) => b.major - a.major)[0];
    return list.flatMap((series) => {
      const mark = byVersion.get(keyOf(series, [versionNode]));
      if (mark === undefined || goal === undefined) return [];
      const shift = (goal.index - mark.index) * series.step;
      const { start, end, name } = series;
      const times = { start: start + shift, end: end + shift };
      return [renamed(series, `timeShiftByMetric(${name})`, times)];
    });
  },
});

function checkSameLength(list: readonly TimeSeries[], marks: readonly TimeSeries[]): void {
  if (list.length < 2 || marks.length < 2) {
    const message = `two series and two marks are the least: here are ${list.length} and ${marks.length}`;
    throw new GraphiteError("ERR_ARGUMENT", message);
  }
  const [first, ...others] = [...list, ...marks];
  for (const one of others) {
    if (one.values.length !== first!.values.length || one.step !== first!.step) {
      const message = `${first!.name} and ${one.name} must have the same step and as many points`;
      throw new GraphiteError("ERR_EVALUATION", message);
    }
  }
}

/** Null for a series that has no values or is no mark. */
function markOf(series: TimeSeries): Mark | null {
  const version = keyOf(series, [-1]);
  const match = /^(\d+)_(\d+)$/.exec(version);
  if (match === null) return null;
  const index = series.values.findLastIndex((value) => !Number.isNaN(value));
  return index < 0 ? null : { major: Number(match[1]), minor: Number(match[2]), version, index };
}
