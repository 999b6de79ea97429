import type { JSX } from "preact";
import {
  askCardinality,
  askStatus,
  askTagCounts,
  askValueCounts,
  type BranchCount,
} from "../api/operate.ts";
import { useAsked } from "../api/use-asked.ts";
import { EmptyState } from "../parts/empty-state.tsx";
import { ErrorText } from "../parts/error-text.tsx";
import { refreshes, timeZone } from "../state/page.ts";
import { timeText } from "../state/time-text.ts";
import { Scrolled } from "./scrolled.tsx";
import { ShareBar } from "./share-bar.tsx";
import { followLink, hrefWith, parameter } from "./use-operate-address.ts";

const count = (value: number | null): string => (value === null ? "–" : value.toLocaleString("en"));

/** Which names and tags have how many series, and who creates them. */
export function CardinalityPart(): JSX.Element {
  return (
    <>
      <Prefixes />
      <Tags />
      <Creators />
    </>
  );
}

function Prefixes(): JSX.Element {
  const prefix = parameter("prefix");
  const { answer, error, retry } = useAsked(
    (signal) => askCardinality(prefix, signal),
    [prefix, refreshes.value],
  );
  return (
    <section class="panel operate-panel">
      <h2>Series by name</h2>
      <Crumbs prefix={prefix} />
      {error !== null && <ErrorText error={error} onRetry={retry} />}
      {answer === null ? (
        <div class="skeleton" />
      ) : answer.total === 0 ? (
        <EmptyState title="No series">
          <p>
            {prefix === ""
              ? "Nothing has been received yet. Explore tells how to send something."
              : "There is no series of this name, nor below it."}
          </p>
        </EmptyState>
      ) : (
        <>
          <p class="hint">
            {count(answer.total)} series{prefix === "" ? "" : " below it"}
            {answer.newInHour !== null && `, ${count(answer.newInHour)} of them new in this hour`}
            {answer.newInDay !== null && `, ${count(answer.newInDay)} in a day`}.
            {answer.newInHour === null &&
              " What is new is told when the server has run for an hour."}
          </p>
          <Scrolled label="Series by name">
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col" class="number">
                  Series
                </th>
                <th scope="col">Share</th>
                <th scope="col" class="number">
                  New in an hour
                </th>
                <th scope="col" class="number">
                  In a day
                </th>
              </tr>
            </thead>
            <tbody>
              {answer.rows.map((row) => (
                <tr key={row.path}>
                  <td>
                    <BranchName row={row} />
                  </td>
                  <td class="number">{count(row.series)}</td>
                  <td>
                    <ShareBar part={row.series} whole={answer.total} />
                  </td>
                  <td class="number">{count(row.newInHour)}</td>
                  <td class="number">{count(row.newInDay)}</td>
                </tr>
              ))}
            </tbody>
          </Scrolled>
          {answer.branches > answer.rows.length && (
            <p class="hint">
              The {answer.rows.length} largest of {count(answer.branches)} names.
            </p>
          )}
        </>
      )}
    </section>
  );
}

function BranchName({ row }: { row: BranchCount }): JSX.Element {
  if (row.path === "") return <em>all tagged series</em>;
  if (!row.isBranch) return <code class="any-text">{row.text}</code>;
  const values = { prefix: row.path };
  return (
    <a href={hrefWith(values)} onClick={(event) => followLink(event, values)}>
      <code class="any-text">{row.text}</code>
    </a>
  );
}

/** The way down to a prefix, each step of it a link back. */
function Crumbs({ prefix }: { prefix: string }): JSX.Element | null {
  if (prefix === "") return null;
  const labels = prefix.split(".");
  return (
    <nav class="crumbs" aria-label="Where the names are">
      <Crumb text="all" prefix={null} />
      {labels.map((label, i) => {
        const path = labels.slice(0, i + 1).join(".");
        return path === prefix ? (
          <strong key={path} class="any-text">
            {label}
          </strong>
        ) : (
          <Crumb key={path} text={label} prefix={path} />
        );
      })}
    </nav>
  );
}

function Crumb({ text, prefix }: { text: string; prefix: string | null }): JSX.Element {
  return (
    <>
      <a href={hrefWith({ prefix })} onClick={(event) => followLink(event, { prefix })}>
        {text}
      </a>
      <span aria-hidden="true">.</span>
    </>
  );
}

function Tags(): JSX.Element {
  const tag = parameter("tag");
  const tags = useAsked(askTagCounts, [refreshes.value]);
  const values = useAsked(tag === "" ? null : (signal) => askValueCounts(tag, signal), [
    tag,
    refreshes.value,
  ]);
  const series = tags.answer?.find((one) => one.tag === tag)?.series ?? 0;
  return (
    <section class="panel operate-panel">
      <h2>Series by tag</h2>
      {tags.error !== null && <ErrorText error={tags.error} onRetry={tags.retry} />}
      {tags.answer?.length === 0 && <p class="hint">There are no series with tags.</p>}
      {tags.answer !== null && tags.answer.length > 0 && (
        <Scrolled label="Tags">
          <thead>
            <tr>
              <th scope="col">Tag</th>
              <th scope="col" class="number">
                Values
              </th>
              <th scope="col" class="number">
                Series
              </th>
            </tr>
          </thead>
          <tbody>
            {tags.answer.map((one) => (
              <tr key={one.tag}>
                <td>
                  <a
                    href={hrefWith({ tag: one.tag })}
                    aria-current={one.tag === tag ? "true" : undefined}
                    onClick={(event) => followLink(event, { tag: one.tag })}
                  >
                    <code class="any-text">{one.tag}</code>
                  </a>
                </td>
                <td class="number">{count(one.values)}</td>
                <td class="number">{count(one.series)}</td>
              </tr>
            ))}
          </tbody>
        </Scrolled>
      )}
      {values.error !== null && <ErrorText error={values.error} onRetry={values.retry} />}
      {tag !== "" && values.answer !== null && (
        <>
          <h3>
            Values of <code class="any-text">{tag}</code>
          </h3>
          <Scrolled label={`Values of ${tag}`}>
            <thead>
              <tr>
                <th scope="col">Value</th>
                <th scope="col" class="number">
                  Series
                </th>
                <th scope="col">Share</th>
              </tr>
            </thead>
            <tbody>
              {values.answer.map((one) => (
                <tr key={one.value}>
                  <td>
                    <code class="any-text">{one.value}</code>
                  </td>
                  <td class="number">{count(one.series)}</td>
                  <td>
                    <ShareBar part={one.series} whole={series} />
                  </td>
                </tr>
              ))}
            </tbody>
          </Scrolled>
        </>
      )}
    </section>
  );
}

function Creators(): JSX.Element {
  const { answer, error, retry } = useAsked(askStatus, [refreshes.value]);
  const creators = answer?.creators ?? [];
  const all = creators.reduce((sum, { series }) => sum + series, 0);
  return (
    <section class="panel operate-panel">
      <h2>Who creates series</h2>
      {error !== null && <ErrorText error={error} onRetry={retry} />}
      {creators.length === 0 ? (
        <p class="hint">No series was created since the start.</p>
      ) : (
        <Scrolled label="Who creates series">
          <thead>
            <tr>
              <th scope="col">Sender</th>
              <th scope="col" class="number">
                Since the start
              </th>
              <th scope="col">Share</th>
              <th scope="col">The last one</th>
            </tr>
          </thead>
          <tbody>
            {creators.map(({ sender, series, last }) => (
              <tr key={sender}>
                <td>{SENDERS[sender] ?? sender}</td>
                <td class="number">{count(series)}</td>
                <td>
                  <ShareBar part={series} whole={all} />
                </td>
                <td class="nowrap">{timeText(last, timeZone.value)}</td>
              </tr>
            ))}
          </tbody>
        </Scrolled>
      )}
    </section>
  );
}

const SENDERS: Record<string, string> = {
  udp: "all who send datagrams",
  server: "this server, of itself",
};
