import type { JSX } from "preact";
import { timeText } from "../state/time-text.ts";
import type { Drawn } from "./columns.ts";
import { type GraphSeries, valueAt } from "./series.ts";
import { type Unit, valueText } from "./units.ts";

/** Further back a table is of no use; there is CSV for that. */
const MAX_ROWS = 500;

/** The values of a graph as a table, the latest first. */
export function DataTable({
  drawn,
  series,
  unit,
  zone,
  height,
}: {
  drawn: Drawn;
  series: readonly GraphSeries[];
  unit: Unit;
  zone: string;
  /** Pixels. */
  height: number;
}): JSX.Element {
  const times = drawn.times.slice(-MAX_ROWS).reverse();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it is scrolled with the keyboard
    <section class="data-table" aria-label="Values" tabIndex={0} style={{ height: `${height}px` }}>
      <table>
        <thead>
          <tr>
            <th scope="col">Time</th>
            {series.map((one) => (
              <th scope="col" key={one.name} class="number">
                {one.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {times.map((time) => (
            <tr key={time}>
              <th scope="row">{timeText(time, zone)}</th>
              {series.map((one) => (
                <td key={one.name} class="number">
                  {valueText(valueAt(one, one.values, time), unit)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
