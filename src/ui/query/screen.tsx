import { effect, signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { GraphCard } from "../graph/graph-card.tsx";
import { EmptyState } from "../parts/empty-state.tsx";
import { Icon } from "../parts/icon.tsx";
import { address, navigate, range, refresh, timeZone } from "../state/page.ts";
import { type GraphAddress, otherOf, withOthers } from "../state/page-address.ts";
import { addShortcuts } from "../state/shortcuts.ts";
import { functionDocs, loadFunctionDocs } from "./docs.ts";
import { ExplainPanel } from "./explain/explain-panel.tsx";
import { remember } from "./history.ts";
import { HistoryMenu } from "./history-menu.tsx";
import { LinksMenu } from "./links-menu.tsx";
import { QueryRow } from "./query-row.tsx";
import {
  type AskedTargets,
  askedTargets,
  letterOf,
  newRow,
  type Row,
  rowsOf,
  shownTargets,
} from "./rows.ts";
import "./query.css";

/** Targets as they are written now: what of them is asked for stands in the address. */
const rows = signal<readonly Row[]>([]);
const EXPLAIN_POINTS = 1000;

effect(() => {
  const asked = askedNow();
  if (!isSame(asked, askedTargets(rows.peek()))) rows.value = rowsOf(asked, rows.peek());
  if (rows.peek().length === 0) rows.value = [newRow()];
});

/** Targets in Graphite's language: written or put together, drawn, and explained. */
export function Screen(): JSX.Element {
  useEffect(() => {
    void loadFunctionDocs();
    return addShortcuts([
      { keys: "a", what: "Add a target", run: addRow },
      { keys: "x", what: "Explain the targets", run: toggleExplained },
    ]);
  }, []);
  const asked = askedNow();
  const docs = functionDocs.value;
  const isExplained = otherOf(address.value, "explain") === "1";
  const shown = shownTargets(asked);
  const span = { ...range.value, tz: timeZone.value };
  const letters = asked.targets.map((_, i) => letterOf(i));
  return (
    <div class="query-screen">
      <div class="panel query-panel">
        {rows.value.map((row, i) => (
          <QueryRow
            key={row.id}
            row={row}
            letter={letterOf(i)}
            docs={docs}
            onChange={(change) => changeRow(row.id, change)}
            onRun={run}
            onDuplicate={() => insertRow(i + 1, newRow(row.text, { isBuilt: row.isBuilt }))}
            onRemove={() => removeRow(row.id)}
          />
        ))}
        <div class="query-actions">
          <button type="button" class="button primary" onClick={run}>
            Run <kbd>Enter</kbd>
          </button>
          <button type="button" class="button" onClick={addRow}>
            <Icon name="add" /> Target
          </button>
          <button
            type="button"
            class="button"
            aria-pressed={isExplained}
            disabled={asked.targets.length === 0}
            onClick={toggleExplained}
          >
            Explain
          </button>
          <HistoryMenu onPick={(targets) => show(targets.map((text) => newRow(text)))} />
          <LinksMenu targets={shown} />
        </div>
      </div>
      {shown.length === 0 ? (
        <EmptyState
          title={asked.targets.length === 0 ? "Nothing is asked for yet" : "All targets are hidden"}
        >
          {asked.targets.length === 0 && (
            <>
              <p>
                A target is a name, as <code>web.*.cpu</code>, or a function of one, as{" "}
                <code>sumSeries(web.*.cpu)</code>. Names and functions are completed as you type;{" "}
                <kbd>Ctrl</kbd> <kbd>Space</kbd> shows what can stand at the cursor.
              </p>
              <p>
                Builder puts a target together without knowing the language. <kbd>Enter</kbd> runs
                it.
              </p>
            </>
          )}
        </EmptyState>
      ) : (
        <GraphCard
          graph={{ ...graphNow(), targets: shown }}
          height={360}
          onChange={({ mode, options }) => showGraph({ ...graphNow(), mode, options })}
        />
      )}
      {isExplained && (
        <section class="panel explain-panel" aria-label="Explanation">
          <ExplainPanel
            targets={asked.targets}
            letters={letters}
            range={span}
            maxDataPoints={EXPLAIN_POINTS}
          />
        </section>
      )}
    </div>
  );
}

function askedNow(): AskedTargets {
  const targets = address.value.graphs[0]?.targets ?? [];
  return { targets, hidden: otherOf(address.value, "hide") ?? "" };
}

/** Asks for what is written; the same once more asks for it anew. */
function run(): void {
  const asked = askedTargets(rows.peek());
  if (isSame(asked, askedNow())) refresh();
  else {
    remember(asked.targets);
    const hide = asked.hidden === "" ? null : asked.hidden;
    showGraph({ ...graphNow(), targets: asked.targets }, withOthers(address.peek(), { hide }));
  }
}

/** The first graph of the address; the others are left alone. */
function graphNow(): GraphAddress {
  return address.value.graphs[0] ?? { mode: "line", options: [], targets: [] };
}

function showGraph(graph: GraphAddress, others = address.peek().others): void {
  const rest = address.peek().graphs.slice(1);
  navigate({ graphs: graph.targets.length === 0 ? rest : [graph, ...rest], others });
}

function show(next: readonly Row[]): void {
  rows.value = next.length > 0 ? next : [newRow()];
  run();
}

function changeRow(id: number, change: Partial<Row>): void {
  rows.value = rows.peek().map((row) => (row.id === id ? { ...row, ...change } : row));
  if (change.isHidden !== undefined) run();
}

function insertRow(at: number, row: Row): void {
  rows.value = [...rows.peek().slice(0, at), row, ...rows.peek().slice(at)];
  requestAnimationFrame(() => {
    document.querySelectorAll<HTMLElement>(".query-row")[at]?.querySelector("textarea")?.focus();
  });
}

function addRow(): void {
  insertRow(rows.peek().length, newRow());
}

function removeRow(id: number): void {
  show(rows.peek().filter((row) => row.id !== id));
}

function toggleExplained(): void {
  const isExplained = otherOf(address.peek(), "explain") === "1";
  const explain = isExplained ? null : "1";
  navigate({ others: withOthers(address.peek(), { explain }) }, { replace: true });
}

function isSame(a: AskedTargets, b: AskedTargets): boolean {
  return a.hidden === b.hidden && a.targets.join("\n") === b.targets.join("\n");
}
