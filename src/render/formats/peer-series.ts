import type { TimeSeries } from "../../model/time-series.ts";

/** Writes values of one of the formats in which the members of a cluster talk to each other. */
export interface RecordWriter {
  beginList(length: number): void;
  endList(length: number): void;
  beginMap(size: number): void;
  endMap(): void;
  key(name: string): void;
  string(text: string): void;
  boolean(value: boolean): void;
  integer(value: number): void;
  float(value: number): void;
  /** A list of numbers, where NaN is written as nothing. */
  floats(values: Float64Array): void;
}

/** Writes series as graphite-web's cluster peers exchange them: a list of maps. */
export function writePeerSeries(
  list: readonly TimeSeries[],
  xFilesFactor: number,
  out: RecordWriter,
): void {
  out.beginList(list.length);
  for (const series of list) {
    out.beginMap(9);
    out.key("name");
    out.string(series.name);
    out.key("pathExpression");
    out.string(series.pathExpression);
    out.key("start");
    out.integer(series.start);
    out.key("end");
    out.integer(series.end);
    out.key("step");
    out.integer(series.step);
    out.key("values");
    out.floats(series.values);
    out.key("consolidationFunc");
    out.string(series.consolidation);
    out.key("valuesPerPoint");
    out.integer(1);
    out.key("xFilesFactor");
    out.float(series.xFilesFactor ?? xFilesFactor);
    out.endMap();
  }
  out.endList(list.length);
}
