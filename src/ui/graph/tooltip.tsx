import type { JSX } from "preact";
import type { GraphEvent } from "../api/events.ts";
import { timeText } from "../state/time-text.ts";
import { colourToken } from "./colours.ts";
import { cursorTime } from "./cursor.ts";
import { type GraphSeries, valueAt } from "./series.ts";
import { type Unit, valueText } from "./units.ts";

const MAX_ROWS = 20;
/** Pixels between the pointer and what is said about it. */
const DISTANCE = 14;

/** Values of all series at the cursor, the greatest first, beside the pointer. */
export function Tooltip({
  at,
  width,
  series,
  hidden,
  unit,
  zone,
  events,
  secondsPerPixel,
}: {
  /** Pixels within the graph. */
  at: { left: number; top: number };
  /** Of the graph. */
  width: number;
  series: readonly GraphSeries[];
  hidden: ReadonlySet<string>;
  unit: Unit;
  zone: string;
  events: readonly GraphEvent[];
  secondsPerPixel: number;
}): JSX.Element | null {
  const time = cursorTime.value;
  if (time === null) return null;
  const rows = series
    .map((one, index) => ({ one, index, value: valueAt(one, one.values, time) }))
    .filter(({ one, value }) => !hidden.has(one.name) && value !== null)
    .sort((a, b) => b.value! - a.value!);
  const step = Math.min(...series.map((one) => one.step), 86_400);
  const near = events.filter(({ when }) => Math.abs(when - time) < secondsPerPixel * 5);
  const isLeft = at.left > width / 2;
  const place = isLeft
    ? { right: `${width - at.left + DISTANCE}px` }
    : { left: `${at.left + DISTANCE}px` };
  return (
    <div class="tooltip" aria-hidden="true" style={place}>
      <div class="tooltip-time">{timeText(Math.floor(time / step) * step, zone)}</div>
      {rows.slice(0, MAX_ROWS).map(({ one, index, value }) => (
        <div class="tooltip-row" key={one.name}>
          <span class="swatch" style={{ background: colourToken(index) }} />
          <span class="series-name">{one.name}</span>
          <span class="number">{valueText(value, unit)}</span>
          {one.min !== null && one.max !== null && (
            <span class="number soft">
              {valueText(valueAt(one, one.min, time), unit)} …{" "}
              {valueText(valueAt(one, one.max, time), unit)}
            </span>
          )}
          {one.stddev !== null && (
            <span class="number soft">± {valueText(valueAt(one, one.stddev, time), unit)}</span>
          )}
        </div>
      ))}
      {rows.length > MAX_ROWS && <div class="soft">{rows.length - MAX_ROWS} more</div>}
      {rows.length === 0 && <div class="soft">nothing here</div>}
      {near.map((event) => (
        <div class="tooltip-event" key={event.id}>
          {timeText(event.when, zone)} {event.what}
        </div>
      ))}
    </div>
  );
}
