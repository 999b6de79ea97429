import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { askStatus, type ServerStatus } from "../api/operate.ts";
import { useAsked } from "../api/use-asked.ts";
import { valueText } from "../graph/units.ts";
import { ErrorText } from "../parts/error-text.tsx";
import { refreshes, timeZone } from "../state/page.ts";
import { spanText, timeText } from "../state/time-text.ts";
import { isVisible } from "../state/visibility.ts";
import { type Counted, ratesOf, recentRate } from "./rates.ts";
import { Scrolled } from "./scrolled.tsx";
import { Sparkline } from "./sparkline.tsx";

const LOOK_MS = 5000;

/** How the server does, looked at every few seconds. */
export function StatusPart(): JSX.Element {
  const [looks, setLooks] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => isVisible.peek() && setLooks((count) => count + 1), LOOK_MS);
    return () => clearInterval(timer);
  }, []);
  const { answer, error, retry } = useAsked(askStatus, [looks, refreshes.value]);
  return (
    <>
      {error !== null && <ErrorText error={error} onRetry={retry} />}
      {answer === null ? <div class="skeleton" /> : <Status status={answer} />}
    </>
  );
}

function Status({ status }: { status: ServerStatus }): JSX.Element {
  const { degraded, warnings, damage, numbers, history } = status;
  const of = (name: string): number => numbers[name] ?? 0;
  const rate = (name: Counted, unit = "/s"): string => {
    const found = recentRate(history, name);
    return found === null ? "…" : `${valueText(found, "si")}${unit}`;
  };
  const { disk } = status;
  return (
    <>
      <p class="state-line">
        <span class={`state ${degraded.length > 0 ? "bad" : "good"}`}>
          {degraded.length > 0 ? "degraded" : status.state}
        </span>
        <span class="hint">
          statite {status.version}, running for {spanText(status.time - status.startedAt)}
        </span>
      </p>
      <Notes title="What does not work" kind="danger" notes={[...degraded, ...damage]} />
      <Notes title="What needs a look" kind="warning" notes={warnings} />
      <div class="tiles">
        <Tile title="Received" value={rate("received")} values={ratesOf(history, "received")}>
          {valueText(history.at(-1)?.received ?? 0, "si")} datapoints since the start
        </Tile>
        <Tile title="Refused" value={rate("refused")} values={ratesOf(history, "refused")}>
          {valueText(history.at(-1)?.refused ?? 0, "si")} since the start
        </Tile>
        <Tile title="Queries" value={rate("queries")} values={ratesOf(history, "queries")}>
          {of("query_queue")} wait, {of("query_thread_restarts")} ended early
        </Tile>
        <Tile title="Processor" value={cpuText(history)} values={ratesOf(history, "cpu")}>
          of one core, all threads
        </Tile>
        <Tile
          title="Series"
          value={valueText(of("series"), "si")}
          values={history.map(({ series }) => series)}
        >
          {valueText(of("deleted_series"), "si")} deleted since the start
        </Tile>
        <Tile title="Memory" value={valueText(of("resident_memory_bytes"), "bytes")}>
          {valueText(of("head_pages_used"), "si")} of {valueText(of("head_pages"), "si")} pages of
          the head
        </Tile>
        <Tile title="Data on disk" value={valueText(of("statfile_bytes"), "bytes")}>
          {valueText(of("statfiles"), "si")} files
          {disk !== null && `, ${valueText(disk.freeBytes, "bytes")} of the disk are free`}
        </Tile>
        <Tile title="Log" value={valueText(of("log_pending_bytes"), "bytes")}>
          not on disk yet; {of("wal_files")} files, {valueText(of("unsealed_records"), "si")}{" "}
          records not in data files
        </Tile>
        <Tile title="Merges" value={valueText(of("merges"), "si")}>
          since the start, {valueText(of("roll_ups"), "si")} roll-ups; {of("seal_queue")} parts wait
        </Tile>
        <Tile title="Receivers" value={`${of("connections")}`}>
          connections, {of("receivers_paused")} of them paused;{" "}
          {valueText(of("udp_dropped") + of("udp_dropped_by_kernel"), "si")} datagrams lost
        </Tile>
      </div>
      <Refusals status={status} />
      <SlowQueries status={status} />
    </>
  );
}

function cpuText(history: ServerStatus["history"]): string {
  const found = recentRate(history, "cpu");
  return found === null ? "…" : `${(found * 100).toFixed(0)} %`;
}

function Tile({
  title,
  value,
  values = [],
  children,
}: {
  title: string;
  value: string;
  values?: readonly number[];
  children: ComponentChildren;
}): JSX.Element {
  return (
    <section class="panel tile" aria-label={title}>
      <h3>{title}</h3>
      <p class="tile-value">{value}</p>
      {values.length > 0 && <Sparkline values={values} />}
      <p class="hint">{children}</p>
    </section>
  );
}

function Notes({
  title,
  kind,
  notes,
}: {
  title: string;
  kind: "danger" | "warning";
  notes: readonly string[];
}): JSX.Element | null {
  if (notes.length === 0) return null;
  return (
    <section class={`notes ${kind}`} aria-label={title}>
      <h3>{title}</h3>
      <ul>
        {notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
    </section>
  );
}

function Refusals({ status }: { status: ServerStatus }): JSX.Element {
  const { refusals, refusedLines } = status;
  return (
    <section class="panel operate-panel">
      <h2>Refused</h2>
      {refusals.length === 0 ? (
        <p class="hint">Nothing that was sent has been refused since the start.</p>
      ) : (
        <Scrolled label="Counts of what was refused">
          <thead>
            <tr>
              <th scope="col">Protocol</th>
              <th scope="col">Reason</th>
              <th scope="col" class="number">
                Since the start
              </th>
            </tr>
          </thead>
          <tbody>
            {[...refusals]
              .sort((a, b) => b.count - a.count)
              .map(({ protocol, reason, count }) => (
                <tr key={`${protocol} ${reason}`}>
                  <td>{protocol}</td>
                  <td>{reason}</td>
                  <td class="number">{count.toLocaleString("en")}</td>
                </tr>
              ))}
          </tbody>
        </Scrolled>
      )}
      {refusedLines.length > 0 && (
        <details>
          <summary>The last lines that were refused</summary>
          <Scrolled label="Lines that were refused">
            <thead>
              <tr>
                <th scope="col">Time</th>
                <th scope="col">Reason</th>
                <th scope="col">What was sent</th>
              </tr>
            </thead>
            <tbody>
              {refusedLines.map((line, i) => (
                <tr key={i}>
                  <td class="nowrap">{timeText(Math.floor(line.time), timeZone.value)}</td>
                  <td>
                    {line.protocol} {line.reason}
                  </td>
                  <td>
                    <code class="any-text">{line.sample}</code>
                  </td>
                </tr>
              ))}
            </tbody>
          </Scrolled>
        </details>
      )}
    </section>
  );
}

function SlowQueries({ status }: { status: ServerStatus }): JSX.Element {
  const { slowQueries } = status;
  return (
    <section class="panel operate-panel">
      <h2>Slow queries of the last hour</h2>
      {slowQueries.length === 0 ? (
        <p class="hint">No query has taken 50 ms or more.</p>
      ) : (
        <Scrolled label="Slow queries">
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col" class="number">
                Took
              </th>
              <th scope="col" class="number">
                Worked
              </th>
              <th scope="col">What was asked</th>
            </tr>
          </thead>
          <tbody>
            {slowQueries.map((query, i) => (
              <tr key={i}>
                <td class="nowrap">{timeText(Math.floor(query.time), timeZone.value)}</td>
                <td class="number nowrap">{query.milliseconds} ms</td>
                <td class="number nowrap">
                  {query.threadMilliseconds === null ? "–" : `${query.threadMilliseconds} ms`}
                </td>
                <td>
                  <span class="hint">{query.kind}</span> <code class="any-text">{query.text}</code>
                  {query.error !== null && <div class="failed">{query.error}</div>}
                </td>
              </tr>
            ))}
          </tbody>
        </Scrolled>
      )}
    </section>
  );
}
