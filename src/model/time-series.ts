/** A series as it is drawn: values on a grid of time, and what the answer says of it. */
export interface TimeSeries {
  /** What it is called in the answer. */
  readonly name: string;
  /** What names of aggregates are made of. */
  readonly pathExpression: string;
  /** Time of values[0], seconds. */
  readonly start: number;
  readonly end: number;
  readonly step: number;
  /** NaN is a gap. */
  readonly values: Float64Array;
  /** The consolidation that the series asks for. */
  readonly consolidation: string;
  /** Set by setXFilesFactor or by storage; null: the request's. */
  readonly xFilesFactor: number | null;
  /** What storage itself asks of a bucket: of series as they are stored, for other servers to know. */
  readonly keptXFilesFactor?: number;
  readonly tags: Readonly<Record<string, string>>;
  /** Absent while no function has said anything about pictures. */
  readonly drawing?: Drawing;
}

/** How a picture draws a series; the other formats show nothing of it. */
export interface Drawing {
  readonly alpha?: number;
  readonly color?: string;
  /** Length of the dashes, points. */
  readonly dashed?: number;
  /** Bars from top to bottom where the value is above 0. */
  readonly drawAsInfinite?: true;
  readonly invisible?: true;
  readonly lineWidth?: number;
  readonly secondYAxis?: true;
  readonly stacked?: true;
}

/** A series with some of its properties changed; series are never changed in place. */
export function withChanges(series: TimeSeries, changes: Partial<TimeSeries>): TimeSeries {
  return { ...series, ...changes };
}

/** A series that pictures draw otherwise. */
export function drawn(series: TimeSeries, drawing: Drawing): TimeSeries {
  return { ...series, drawing: { ...series.drawing, ...drawing } };
}

/** A series that is made of others and keeps nothing of them. */
export function newSeries(
  name: string,
  { start, end, step }: { start: number; end: number; step: number },
  values: Float64Array,
): TimeSeries {
  return {
    name,
    pathExpression: name,
    start,
    end,
    step,
    values,
    consolidation: "average",
    xFilesFactor: null,
    tags: { name },
  };
}

/** A series under a new name, which aggregates see too, with tags that say what was done to it. */
export function renamed(
  series: TimeSeries,
  name: string,
  changes: Partial<TimeSeries> = {},
  tags: Readonly<Record<string, string>> = {},
): TimeSeries {
  return {
    ...series,
    name,
    pathExpression: name,
    ...changes,
    tags: { ...(changes.tags ?? series.tags), ...tags },
  };
}
