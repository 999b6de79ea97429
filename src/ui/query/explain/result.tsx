import type { JSX } from "preact";
import type { RangeQuery } from "../../api/explain.ts";
import { askRender } from "../../api/render.ts";
import { useAsked } from "../../api/use-asked.ts";
import { ErrorText } from "../../parts/error-text.tsx";
import { refreshes } from "../../state/page.ts";
import { summarize } from "./course.ts";
import { Sparkline } from "./sparkline.tsx";
import { TableScroll } from "./table-scroll.tsx";

/** Enough for a picture as wide as a word. */
const POINTS = 120;
const SHOWN = 8;

/** What a target makes: its series with their course and their extremes. */
export function Result({ target, range }: { target: string; range: RangeQuery }): JSX.Element {
  const { answer, error, isLoading, retry } = useAsked(
    (signal) => askRender({ target: [target], ...range, maxDataPoints: POINTS }, signal),
    [target, range.from, range.until, range.tz, refreshes.value],
  );
  if (error !== null) return <ErrorText error={error} onRetry={retry} />;
  if (answer === null) return <p class="hint">{isLoading ? "Evaluating …" : ""}</p>;
  if (answer.length === 0) return <p class="hint">No series.</p>;
  return (
    <TableScroll label={`Result of ${target}`}>
      <table class="table">
        <caption class="hint">
          {answer.length === 1 ? "1 series" : `${answer.length} series`}
          {answer.length > SHOWN && `, the first ${SHOWN}`}
        </caption>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Course</th>
            <th scope="col" class="number">
              Min
            </th>
            <th scope="col" class="number">
              Max
            </th>
            <th scope="col" class="number">
              Last
            </th>
          </tr>
        </thead>
        <tbody>
          {answer.slice(0, SHOWN).map(({ target: name, datapoints }, i) => {
            const { min, max, last } = summarize(datapoints);
            return (
              <tr key={i}>
                <th scope="row">
                  <code>{name}</code>
                </th>
                <td>
                  <Sparkline values={datapoints.map(([value]) => value)} />
                </td>
                <td class="number">{min}</td>
                <td class="number">{max}</td>
                <td class="number">{last}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </TableScroll>
  );
}
