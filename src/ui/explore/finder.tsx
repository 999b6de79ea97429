import type { JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { askSearch, type SearchHit, type TreeAnswer } from "../api/names.ts";
import { useAsked } from "../api/use-asked.ts";
import { ErrorText } from "../parts/error-text.tsx";
import { Icon } from "../parts/icon.tsx";
import { addShortcuts } from "../state/shortcuts.ts";
import { SearchResults } from "./search-results.tsx";
import { addSelection, clearSelection, pick, selection } from "./selection.ts";
import { Tree } from "./tree.tsx";
import { targetOfSearch } from "./words.ts";

/** How long after a key a search is asked, milliseconds. */
const PAUSE_MS = 100;
const LIMIT = 50;

/** Search as one types, and the tree of all names as long as nothing is typed. */
export function Finder({ onRoot }: { onRoot: (root: TreeAnswer) => void }): JSX.Element {
  const [text, setText] = useState("");
  const [search, setSearch] = useState("");
  const [focused, setFocused] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();

  useEffect(() => {
    const timer = setTimeout(() => {
      setSearch(text.trim());
      setFocused(0);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  useEffect(
    () => addShortcuts([{ keys: "/", what: "Search names", run: () => input.current?.focus() }]),
    [],
  );
  const { answer, error, retry } = useAsked(
    search === "" ? null : (signal) => askSearch(search, LIMIT, signal),
    [search],
  );
  const target = targetOfSearch(search);
  const first = target === null ? 0 : 1;
  const rows = (answer?.hits.length ?? 0) + first;

  const intoBranch = (hit: SearchHit): void => {
    setText(`${hit.name}.*`);
    input.current?.focus();
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const to = focused + (event.key === "ArrowDown" ? 1 : -1);
      setFocused(Math.max(0, Math.min(to, rows - 1)));
    } else if (event.key === "Escape") {
      if (text === "") input.current?.blur();
      setText("");
    } else if (event.key === "Enter" && answer !== null) {
      event.preventDefault();
      if (target !== null && focused === 0) {
        pick(target, event);
        return;
      }
      const hit = answer.hits[focused - first];
      if (hit === undefined) return;
      if (hit.isLeaf) pick(hit.name, event);
      else intoBranch(hit);
    }
  };
  useEffect(() => {
    document.getElementById(`${id}-${focused}`)?.scrollIntoView({ block: "nearest" });
  }, [focused]);

  const isSearching = search !== "";
  return (
    <section class="finder" aria-label="Names">
      <div class="search-box">
        <Icon name="search" />
        <input
          ref={input}
          class="field"
          type="search"
          role="combobox"
          aria-label="Search names"
          aria-expanded={isSearching}
          aria-controls={id}
          aria-autocomplete="list"
          aria-activedescendant={isSearching && rows > 0 ? `${id}-${focused}` : undefined}
          placeholder="Search: words, web.*.load, dc=eu"
          autocomplete="off"
          spellcheck={false}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={onKey}
        />
        <span class="key-hint">/</span>
      </div>
      {error !== null && isSearching && <ErrorText error={error} onRetry={retry} />}
      <div class="finder-list">
        {isSearching && answer !== null && (
          <SearchResults
            id={id}
            search={search}
            target={target}
            answer={answer}
            focused={focused}
            onBranch={intoBranch}
          />
        )}
        {/* The tree stays, so that it is as it was when the search is over. */}
        <div class="tree-box" hidden={isSearching}>
          <Tree onRoot={onRoot} />
        </div>
      </div>
      <SelectionBar />
    </section>
  );
}

function SelectionBar(): JSX.Element | null {
  const count = selection.value.size;
  if (count === 0) return null;
  return (
    <div class="selection-bar">
      <span role="status">{count} chosen</span>
      <button type="button" class="button primary" onClick={() => addSelection("current")}>
        Add to graph
      </button>
      <button type="button" class="button" onClick={() => addSelection("new")}>
        New graph
      </button>
      <button type="button" class="button" onClick={() => addSelection("each")}>
        One each
      </button>
      <button type="button" class="button quiet" aria-label="Choose none" onClick={clearSelection}>
        <Icon name="close" />
      </button>
    </div>
  );
}
