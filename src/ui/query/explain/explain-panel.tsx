import type { JSX } from "preact";
import { askExplain, type Explanation, type RangeQuery } from "../../api/explain.ts";
import { useAsked } from "../../api/use-asked.ts";
import { ErrorText } from "../../parts/error-text.tsx";
import { refreshes } from "../../state/page.ts";
import { spanText } from "../../state/time-text.ts";
import { parseText } from "../language/parse.ts";
import { shortNumber } from "./course.ts";
import { ExpressionTree } from "./expression-tree.tsx";
import { TableScroll } from "./table-scroll.tsx";

/** What the server reads and does for targets: a table of what was fetched, and the tree of each. */
export function ExplainPanel({
  targets,
  letters,
  range,
  maxDataPoints,
}: {
  targets: readonly string[];
  /** Of the targets, in their order. */
  letters: readonly string[];
  range: RangeQuery;
  maxDataPoints: number;
}): JSX.Element {
  const { answer, error, isLoading, retry } = useAsked(
    targets.length === 0 ? null : (signal) => askExplain(targets, range, maxDataPoints, signal),
    [targets.join("\n"), range.from, range.until, range.tz, maxDataPoints, refreshes.value],
  );
  if (targets.length === 0) return <p class="hint">Nothing is asked for yet.</p>;
  return (
    <div class="explain" aria-busy={isLoading}>
      {error !== null && <ErrorText error={error} onRetry={retry} />}
      {targets.map((target, i) => (
        <section key={`${letters[i]} ${target}`} class="explained">
          <h3>
            <span class="letter">{letters[i]}</span> <code>{target}</code>
          </h3>
          <Fetched explanation={answer?.find((one) => one.target === target) ?? null} />
          <Tree target={target} range={range} />
        </section>
      ))}
    </div>
  );
}

function Tree({ target, range }: { target: string; range: RangeQuery }): JSX.Element | null {
  const { root } = parseText(target);
  if (root === null) return null;
  return (
    <ul class="expression-tree" aria-label="Parts of the target; each shows its result">
      <ExpressionTree node={root} text={target} range={range} />
    </ul>
  );
}

function Fetched({ explanation }: { explanation: Explanation | null }): JSX.Element | null {
  if (explanation === null) return null;
  const { fetches, series, milliseconds, error } = explanation;
  if (error !== null) return <ErrorText error={error.message} />;
  return (
    <TableScroll label="What was fetched">
      <table class="table fetches">
        <caption class="hint">
          {fetches.length === 0 ? "Nothing was fetched" : "What was fetched"};{" "}
          {counted(series, "series", "series")} came out, in {shortNumber(milliseconds)} ms.
        </caption>
        {fetches.length > 0 && (
          <thead>
            <tr>
              <th scope="col">Path</th>
              <th scope="col" class="number">
                Range
              </th>
              <th scope="col" class="number">
                Series
              </th>
              <th scope="col" class="number">
                Step
              </th>
              <th scope="col" class="number">
                Tier
              </th>
              <th scope="col" class="number">
                Points
              </th>
              <th scope="col" class="number">
                Time
              </th>
            </tr>
          </thead>
        )}
        <tbody>
          {fetches.map((fetch, i) => (
            <tr key={i}>
              <th scope="row">
                <code>{fetch.path}</code>
              </th>
              <td class="number">{spanText(fetch.until - fetch.from)}</td>
              <td class="number">{fetch.series}</td>
              <td class="number">{secondsOf(fetch.step)}</td>
              <td class="number">{secondsOf(fetch.tierStep)}</td>
              <td class="number">{fetch.points}</td>
              <td class="number">{shortNumber(fetch.milliseconds)} ms</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}

function secondsOf(step: number | null): string {
  return step === null || step === 0 ? "–" : `${step} s`;
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
