import type { JSX } from "preact";
import { useId, useRef, useState } from "preact/hooks";
import { Icon } from "../parts/icon.tsx";
import { BuilderView } from "./builder/builder-view.tsx";
import { TargetEditor } from "./editor/target-editor.tsx";
import type { FunctionDocs } from "./language/functions.ts";
import type { Problem } from "./language/tree.ts";
import type { Row } from "./rows.ts";
import { useProblems } from "./use-problems.ts";

/** One target: its letter, its text or its chips, and what is wrong with it. */
export function QueryRow({
  row,
  letter,
  docs,
  onChange,
  onRun,
  onDuplicate,
  onRemove,
}: {
  row: Row;
  letter: string;
  docs: FunctionDocs;
  onChange: (change: Partial<Row>) => void;
  onRun: () => void;
  onDuplicate: () => void;
  onRemove: () => void;
}): JSX.Element {
  const id = useId();
  const root = useRef<HTMLElement>(null);
  const [isTyping, setTyping] = useState(false);
  const all = useProblems(row.text, docs);
  // What may only be unfinished is a mistake when nobody is typing any more.
  const problems = isTyping ? all.filter(({ isUnfinished }) => isUnfinished !== true) : all;
  const runNow = (): void => {
    setTyping(false);
    onRun();
  };
  const label = `Target ${letter}`;
  const goTo = (problem: Problem): void => {
    onChange({ isBuilt: false });
    requestAnimationFrame(() => {
      const area = root.current?.querySelector("textarea");
      area?.focus();
      area?.setSelectionRange(problem.from, problem.from);
    });
  };
  return (
    <section ref={root} class={row.isHidden ? "query-row off" : "query-row"} aria-label={label}>
      <button
        type="button"
        class="letter"
        aria-pressed={!row.isHidden}
        aria-label={`Draw target ${letter}`}
        title={row.isHidden ? "Not drawn" : "Drawn"}
        onClick={() => onChange({ isHidden: !row.isHidden })}
      >
        {letter}
      </button>
      <div class="query-body" onFocusOut={() => setTyping(false)}>
        {row.isBuilt ? (
          <BuilderView
            text={row.text}
            label={`target ${letter}`}
            docs={docs}
            onChange={(text) => onChange({ text })}
            onRun={onRun}
          />
        ) : (
          <TargetEditor
            text={row.text}
            label={label}
            docs={docs}
            problems={problems}
            describedBy={id}
            placeholder="A name, a function, or Ctrl+Space for what there is"
            onChange={(text) => {
              setTyping(true);
              onChange({ text });
            }}
            onRun={runNow}
          />
        )}
        <ul class="problems" id={id}>
          {problems.map((problem) => (
            <li key={`${problem.from} ${problem.message}`} class={problem.severity}>
              <button type="button" onClick={() => goTo(problem)}>
                Column {problem.from + 1}: {problem.message}
              </button>
            </li>
          ))}
        </ul>
      </div>
      <div class="query-tools">
        <fieldset class="segments" aria-label={`How to write target ${letter}`}>
          {[false, true].map((isBuilt) => (
            <button
              key={String(isBuilt)}
              type="button"
              class="button quiet"
              aria-pressed={row.isBuilt === isBuilt}
              onClick={() => onChange({ isBuilt })}
            >
              {isBuilt ? "Builder" : "Text"}
            </button>
          ))}
        </fieldset>
        <button
          type="button"
          class="button quiet"
          aria-label={`Duplicate target ${letter}`}
          title="Duplicate"
          onClick={onDuplicate}
        >
          <Icon name="add" />
        </button>
        <button
          type="button"
          class="button quiet"
          aria-label={`Remove target ${letter}`}
          title="Remove"
          onClick={onRemove}
        >
          <Icon name="trash" />
        </button>
      </div>
    </section>
  );
}
