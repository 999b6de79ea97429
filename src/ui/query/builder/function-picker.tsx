import type { JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { Icon } from "../../parts/icon.tsx";
import { matching } from "../completion/offers.ts";
import { type FunctionDoc, type FunctionDocs, hasInput } from "../language/functions.ts";

/** A button that opens a list of functions, by group, with a field to search in it. */
export function FunctionPicker({
  docs,
  onPick,
}: {
  docs: FunctionDocs;
  onPick: (name: string) => void;
}): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const [active, setActive] = useState(0);
  const root = useRef<HTMLDivElement>(null);
  const id = useId();

  useEffect(() => {
    if (!isOpen) return;
    root.current?.querySelector("input")?.focus();
    const closeOutside = (event: Event): void => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener("pointerdown", closeOutside);
    return () => document.removeEventListener("pointerdown", closeOutside);
  }, [isOpen]);
  useEffect(() => {
    document.getElementById(`${id}-${active}`)?.scrollIntoView({ block: "nearest" });
  }, [active]);

  const found = isOpen ? fittingFunctions(docs, typed) : [];
  const close = (): void => {
    setOpen(false);
    root.current?.querySelector("button")?.focus();
  };
  const pick = (doc: FunctionDoc | undefined): void => {
    if (doc === undefined) return;
    close();
    setTyped("");
    setActive(0);
    onPick(doc.name);
  };
  const onKey = (event: KeyboardEvent): void => {
    const to = {
      ArrowDown: (active + 1) % Math.max(found.length, 1),
      ArrowUp: (active + found.length - 1) % Math.max(found.length, 1),
    }[event.key];
    if (to !== undefined) setActive(to);
    else if (event.key === "Enter") pick(found[active]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="function-picker" ref={root}>
      <button
        type="button"
        class="button add-function"
        aria-haspopup="listbox"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <Icon name="add" /> Function
      </button>
      {isOpen && (
        <div class="picker">
          <input
            class="field"
            role="combobox"
            aria-label="Find a function"
            aria-autocomplete="list"
            aria-expanded={true}
            aria-controls={id}
            aria-activedescendant={found.length > 0 ? `${id}-${active}` : undefined}
            placeholder="Find a function"
            value={typed}
            onInput={(event) => {
              setTyped(event.currentTarget.value);
              setActive(0);
            }}
            onKeyDown={onKey}
          />
          <div class="picker-list" role="listbox" id={id} aria-label="Functions">
            {found.map((doc, i) => (
              <div key={doc.name} role="presentation">
                {found[i - 1]?.group !== doc.group && typed === "" && (
                  <div class="picker-group" role="presentation">
                    {doc.group}
                  </div>
                )}
                {/* biome-ignore lint/a11y/useKeyWithClickEvents: keys go to the field above */}
                <div
                  id={`${id}-${i}`}
                  class="picker-row"
                  role="option"
                  tabIndex={-1}
                  aria-selected={i === active}
                  onMouseDown={(event) => event.preventDefault()}
                  onClick={() => pick(doc)}
                >
                  <span>{doc.name}</span> <span class="hint">{doc.description}</span>
                </div>
              </div>
            ))}
            {found.length === 0 && (
              <p class="hint">No function has this in its name or description.</p>
            )}
          </div>
        </div>
      )}
    </div>
  );
}

/** Functions of series: by name, then by description; all of them by group when nothing is typed. */
export function fittingFunctions(docs: FunctionDocs, typed: string): FunctionDoc[] {
  const list = [...docs.values()].filter(hasInput);
  if (typed === "") {
    return list.sort((a, b) => compare(a.group, b.group) || compare(a.name, b.name));
  }
  const byName = matching(typed, list, ({ name }) => name);
  const rest = list.filter((doc) => !byName.includes(doc));
  return [...byName, ...matching(typed, rest, ({ description }) => description)];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
