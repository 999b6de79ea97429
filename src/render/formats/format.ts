import type { TimeSeries } from "../../model/time-series.ts";

/** What a writer may know of the request. */
export interface WriteOptions {
  /** Leaves out gaps, and series that have nothing else; JSON only. */
  noNullPoints: boolean;
  /** The zone of times that are written as a calendar and a clock show them. */
  timeZone: string;
  /** Of the request, for series that have none of their own. */
  xFilesFactor: number;
}

/** A way to write series. */
export interface Format {
  contentType: string;
  /** A text that a browser can read as a value: `jsonp` wraps it and `pretty` indents it. */
  isJson: boolean;
  /** @throws GraphiteError ERR_LIMIT_DATAPOINTS when the answer becomes too long */
  write(list: readonly TimeSeries[], options: WriteOptions): Uint8Array;
}
