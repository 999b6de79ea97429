import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { docOf, type Offer } from "../completion/offers.ts";
import type { FunctionDocs } from "../language/functions.ts";

/** What a letter in front of an offer stands for. */
const KINDS: Readonly<Record<Offer["kind"], { sign: string; name: string }>> = {
  function: { sign: "ƒ", name: "function" },
  branch: { sign: "▸", name: "branch" },
  series: { sign: "∿", name: "series" },
  value: { sign: "“", name: "value" },
  tag: { sign: "#", name: "tag" },
  parameter: { sign: "=", name: "parameter" },
};

/** More rows than these nobody reads; typing on brings others. */
const SHOWN = 100;
/** Pixels between the list and the edge of the page. */
const MARGIN = 8;

/** The completions below the cursor, and what is known of the chosen one. */
export function CompletionList({
  id,
  offers,
  active,
  typed,
  docs,
  place,
  onTake,
}: {
  id: string;
  offers: readonly Offer[];
  /** -1 for none. */
  active: number;
  typed: string;
  docs: FunctionDocs;
  /** Pixels from the corner of the editor. */
  place: { left: number; top: number };
  onTake: (offer: Offer) => void;
}): JSX.Element {
  const root = useRef<HTMLDivElement>(null);
  const [shift, setShift] = useState(0);
  useEffect(() => {
    document.getElementById(`${id}-${active}`)?.scrollIntoView({ block: "nearest" });
  }, [active]);
  // Where the cursor is far to the right, the list begins left of it.
  useLayoutEffect(() => {
    const { left, right } = root.current!.getBoundingClientRect();
    const over = right + shift - (document.documentElement.clientWidth - MARGIN);
    setShift(Math.max(0, Math.min(over, left + shift - MARGIN)));
  });
  const doc = docOf(offers[Math.max(active, 0)], docs);
  return (
    <div
      class="completion"
      ref={root}
      style={{ left: `${place.left - shift}px`, top: `${place.top}px` }}
    >
      <div class="completion-list" role="listbox" id={id} aria-label="Completions">
        {offers.slice(0, Math.max(SHOWN, active + 1)).map((offer, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys go to the editor, which has the focus
          <div
            key={`${offer.kind} ${offer.label}`}
            id={`${id}-${i}`}
            class={`completion-row ${offer.kind}`}
            role="option"
            tabIndex={-1}
            aria-selected={i === active}
            aria-label={`${offer.label}, ${KINDS[offer.kind].name}`}
            // The editor keeps the focus.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onTake(offer)}
          >
            <span class="completion-sign" aria-hidden="true">
              {KINDS[offer.kind].sign}
            </span>
            <span class="completion-label">
              <Marked text={offer.label} part={typed.replace(/^["']/, "")} />
            </span>
            {offer.kind !== "function" && offer.detail !== "" && (
              <span class="completion-detail">{offer.detail}</span>
            )}
          </div>
        ))}
      </div>
      {doc !== null && (
        <div class="completion-doc">
          <code>{doc.signature}</code>
          <p>{doc.description}</p>
        </div>
      )}
      <div class="completion-keys" aria-hidden="true">
        <kbd>Tab</kbd> take <kbd>↑↓</kbd> choose <kbd>Esc</kbd> close
      </div>
    </div>
  );
}

function Marked({ text, part }: { text: string; part: string }): JSX.Element {
  const at = part === "" ? -1 : text.toLowerCase().indexOf(part.toLowerCase());
  if (at < 0) return <>{text}</>;
  return (
    <>
      {text.slice(0, at)}
      <mark>{text.slice(at, at + part.length)}</mark>
      {text.slice(at + part.length)}
    </>
  );
}
