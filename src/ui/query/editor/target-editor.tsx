import type { JSX } from "preact";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Offer } from "../completion/offers.ts";
import type { FunctionDocs } from "../language/functions.ts";
import { highlight } from "../language/highlight.ts";
import { parseText } from "../language/parse.ts";
import type { Problem } from "../language/tree.ts";
import { CompletionList } from "./completion-list.tsx";
import { Signature } from "./signature.tsx";
import { useCompletion } from "./use-completion.ts";

/**
 * A field for a target: coloured, completed as it is typed, with the signature of the function that
 * the cursor is in. Enter runs it, Shift+Enter breaks the line, Ctrl+Space lists what may stand at the
 * cursor, Tab takes the first of the list, or the one that arrows have led to.
 */
export function TargetEditor({
  text,
  label,
  docs,
  problems = [],
  describedBy,
  placeholder = "",
  isSmall = false,
  onChange,
  onRun,
}: {
  text: string;
  label: string;
  docs: FunctionDocs;
  problems?: readonly Problem[];
  /** Id of what says more about the field. */
  describedBy?: string;
  placeholder?: string;
  /** One of many in a row. */
  isSmall?: boolean;
  onChange: (text: string) => void;
  onRun: () => void;
}): JSX.Element {
  const area = useRef<HTMLTextAreaElement>(null);
  const mirror = useRef<HTMLPreElement>(null);
  const listId = useId();
  const completion = useCompletion(docs);
  const [place, setPlace] = useState({ left: 0, top: 0 });
  const { offers, active, expected } = completion;
  const isOpen = offers.length > 0;
  const start = expected?.from ?? 0;

  useLayoutEffect(() => {
    if (isOpen && mirror.current !== null) setPlace(placeOf(mirror.current, start));
  }, [isOpen, start, text]);
  // Another text from outside: what was offered for the old one is past.
  useEffect(() => {
    if (area.current !== document.activeElement) completion.leave();
  }, [text]);

  const look = (isListed: boolean): void => {
    const { value, selectionStart, selectionEnd } = area.current!;
    if (selectionStart === selectionEnd) completion.look(value, selectionStart, isListed);
    else completion.close();
  };
  const take = (offer: Offer): void => {
    const element = area.current!;
    element.focus();
    element.setSelectionRange(offer.from, offer.to);
    insertText(element, offer.insert);
    element.setSelectionRange(offer.from + offer.caret, offer.from + offer.caret);
    onChange(element.value);
    completion.look(element.value, offer.from + offer.caret, offer.goesOn);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    if (event.key === " " && event.ctrlKey) {
      event.preventDefault();
      look(true);
      completion.choose(0);
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      const chosen = offers[active];
      if (chosen !== undefined) take(chosen);
      else {
        completion.close();
        onRun();
      }
    } else if (isOpen) onListKey(event);
  };
  const onListKey = (event: KeyboardEvent): void => {
    const { key } = event;
    const moves: Record<string, number> = {
      ArrowDown: active + 1 === offers.length ? 0 : active + 1,
      ArrowUp: active <= 0 ? offers.length - 1 : active - 1,
      PageDown: Math.min(active + 8, offers.length - 1),
      PageUp: Math.max(active - 8, 0),
    };
    const to = moves[key];
    if (to !== undefined) completion.choose(to);
    else if (key === "Tab" && !event.shiftKey) take(offers[Math.max(active, 0)]!);
    else if (key === "Escape") completion.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class={isSmall ? "target-editor small" : "target-editor"}>
      <pre class="target-mirror" ref={mirror} aria-hidden="true">
        {highlight(text, parseText(text).root, problems).map(({ from, to, kind, severity }) => (
          <span key={from} class={`${kind ?? ""} ${severity ?? ""}`}>
            {text.slice(from, to)}
          </span>
        ))}
        {"\n"}
      </pre>
      <textarea
        ref={area}
        class="target-text"
        value={text}
        rows={1}
        spellcheck={false}
        autocomplete="off"
        autocapitalize="off"
        placeholder={placeholder}
        aria-label={label}
        aria-describedby={describedBy}
        aria-invalid={problems.some(({ severity }) => severity === "error")}
        aria-autocomplete="list"
        aria-haspopup="listbox"
        {...(isOpen && {
          role: "combobox",
          "aria-expanded": true,
          "aria-controls": listId,
          "aria-activedescendant": active < 0 ? undefined : `${listId}-${active}`,
        })}
        onInput={(event) => {
          onChange(event.currentTarget.value);
          look(true);
        }}
        onKeyDown={onKey}
        onKeyUp={({ key }) => /^(Arrow(Left|Right)|Home|End)$/.test(key) && look(false)}
        onClick={() => look(false)}
        onFocus={() => look(false)}
        onBlur={completion.leave}
      />
      {isOpen && (
        <CompletionList
          id={listId}
          offers={offers}
          active={active}
          typed={expected?.typed ?? ""}
          docs={docs}
          place={place}
          onTake={take}
        />
      )}
      {!isSmall && <Signature active={expected?.call ?? null} />}
      <span class="sr-only" role="status">
        {isOpen ? `${offers.length} completions, ${offers[0]!.label} first` : ""}
      </span>
    </div>
  );
}

/** As if typed, so that it can be undone. */
function insertText(element: HTMLTextAreaElement, text: string): void {
  const isDone =
    text === "" ? document.execCommand("delete") : document.execCommand("insertText", false, text);
  if (isDone) return;
  element.setRangeText(text, element.selectionStart, element.selectionEnd, "end");
}

/** Pixels between a line and the list below it: the signature stays in sight. */
const GAP = 28;

/** Where a character is drawn: its left and lower edge, in pixels from the mirror's corner. */
function placeOf(mirror: HTMLElement, offset: number): { left: number; top: number } {
  const walker = document.createTreeWalker(mirror, NodeFilter.SHOW_TEXT);
  let left = offset;
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const length = node.textContent?.length ?? 0;
    if (left <= length) {
      const range = document.createRange();
      range.setStart(node, left);
      range.setEnd(node, left);
      const at = range.getBoundingClientRect();
      const corner = mirror.getBoundingClientRect();
      return { left: at.left - corner.left, top: at.bottom - corner.top + GAP };
    }
    left -= length;
  }
  return { left: 0, top: mirror.clientHeight };
}
