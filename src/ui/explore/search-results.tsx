import type { JSX } from "preact";
import type { SearchAnswer, SearchHit } from "../api/names.ts";
import { Icon } from "../parts/icon.tsx";
import { addAllBelow } from "./add-below.ts";
import { RowAction } from "./row-action.tsx";
import { pick, selection, startDrag, toggle } from "./selection.ts";
import { markWords } from "./words.ts";

/** What a search has found; which row the keyboard is at is said by the search box. */
export function SearchResults({
  id,
  search,
  target,
  answer,
  focused,
  onBranch,
}: {
  id: string;
  search: string;
  /** The search itself as a target, which is the first row then. */
  target: string | null;
  answer: SearchAnswer;
  /** The row that the keyboard is at, from 0. */
  focused: number;
  onBranch: (hit: SearchHit) => void;
}): JSX.Element {
  const { hits, total } = answer;
  const first = target === null ? 0 : 1;
  return (
    <div class="results">
      <p class="hint" role="status">
        {total === 0
          ? `Nothing has ${search.trim().includes(" ") ? "all these words" : "this"} in its name.`
          : `${total.toLocaleString("en")} series${answer.isComplete ? "" : ", the best first"}`}
      </p>
      <div role="listbox" id={id} aria-label="Found names" aria-multiselectable>
        {target !== null && (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the search box listens to keys
          // biome-ignore lint/a11y/useFocusableInteractive: the search box has the focus, and names this row as active
          <div
            id={`${id}-0`}
            role="option"
            aria-selected={focused === 0}
            class={`result ${focused === 0 ? "focused" : ""}`}
            draggable
            onDragStart={(event) => startDrag(event, target)}
            onClick={(event) => pick(target, event)}
          >
            <Icon name="add" />
            <span class="result-name">
              All that match, later ones too: <code>{target}</code>
            </span>
          </div>
        )}
        {hits.map((hit, index) => {
          const row = index + first;
          const isChosen = selection.value.has(hit.name);
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the search box listens to keys
            // biome-ignore lint/a11y/useFocusableInteractive: the search box has the focus, and names this row as active
            <div
              key={hit.name}
              id={`${id}-${row}`}
              role="option"
              aria-selected={isChosen}
              class={`result ${row === focused ? "focused" : ""}`}
              title={hit.name}
              draggable={hit.isLeaf}
              onDragStart={(event) => startDrag(event, hit.name)}
              onClick={(event) => (hit.isLeaf ? pick(hit.name, event) : onBranch(hit))}
            >
              <Icon name={hit.isLeaf ? "line" : "forward"} />
              <span class="result-name">
                {markWords(hit.name, search).map(({ text, isFound }, i) =>
                  isFound ? <mark key={i}>{text}</mark> : text,
                )}
              </span>
              {hit.below > 0 && <span class="below">{hit.below.toLocaleString("en")}</span>}
              {hit.isLeaf ? (
                <RowAction
                  title="Choose (Shift + click)"
                  isChosen={isChosen}
                  onUse={() => toggle(hit.name)}
                >
                  <Icon name="check" />
                </RowAction>
              ) : (
                <RowAction
                  title={`Add all below ${hit.name}`}
                  onUse={() => void addAllBelow(hit.name)}
                >
                  all
                </RowAction>
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}
