/** What `_/live` tells of a series: its last minutes, as its target makes them. */
export interface LiveSeries {
  target: string;
  name: string;
  start: number;
  step: number;
  values: (number | null)[];
}

/** All series of a stream at a time. */
export interface LivePoints {
  time: number;
  until: number;
  series: LiveSeries[];
}
