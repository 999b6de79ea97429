import type { JSX } from "preact";
import { useId, useRef, useState } from "preact/hooks";
import type { FunctionDocs } from "../language/functions.ts";
import { parseText } from "../language/parse.ts";
import { isWhole } from "../language/print.ts";
import { sourceNodesOf } from "./argument-field.tsx";
import { addStep, moveStep, removeStep, setStepArguments } from "./edit.ts";
import { FunctionPicker } from "./function-picker.tsx";
import { PartEditor } from "./part-editor.tsx";
import { type Pipeline, pipelineOf, pipelineText } from "./pipeline.ts";
import { StepChip } from "./step-chip.tsx";

/**
 * A target as a row of chips: its series, then a function each. The text is what counts: chips are
 * made of it, and each change writes it anew.
 */
export function BuilderView({
  text,
  label,
  docs,
  onChange,
  onRun,
}: {
  text: string;
  /** What the target is called, for names of what is in it. */
  label: string;
  docs: FunctionDocs;
  onChange: (text: string) => void;
  onRun: () => void;
}): JSX.Element {
  const root = useRef<HTMLDivElement>(null);
  const [said, setSaid] = useState("");
  // Chips are dragged within their own target.
  const dragType = `application/x-statite-step-${useId()}`.toLowerCase();
  const { root: tree, problems } = parseText(text);
  if (!isWhole(tree, text)) {
    const [first] = problems;
    const where = first === undefined ? "" : `: ${first.message}, at column ${first.from + 1}`;
    return <p class="hint">The text cannot be taken apart yet{where}. Mend it under Text.</p>;
  }
  const pipeline = pipelineOf(tree, docs);
  const sourceText = pipelineText({ source: pipeline.source, steps: [] });
  const change = (next: Pipeline): void => onChange(pipelineText(next));
  const move = (from: number, to: number): void => {
    if (to < 0 || to >= pipeline.steps.length) return;
    change(moveStep(pipeline, from, to));
    setSaid(`${pipeline.steps[from]!.name} is number ${to + 1} of ${pipeline.steps.length}`);
    // The handle moves with its chip: the focus follows.
    requestAnimationFrame(() => {
      root.current?.querySelectorAll<HTMLElement>(".step-handle")[to]?.focus();
    });
  };
  const remove = (at: number): void => {
    change(removeStep(pipeline, at));
    setSaid(`${pipeline.steps[at]!.name} is removed`);
    requestAnimationFrame(() => {
      const handles = root.current?.querySelectorAll<HTMLElement>(".step-handle") ?? [];
      const next = handles[Math.min(at, handles.length - 1)];
      (next ?? root.current?.querySelector<HTMLElement>(".add-function"))?.focus();
    });
  };
  return (
    <div class="builder" ref={root}>
      <div class="builder-source">
        <span class="hint" aria-hidden="true">
          Series
        </span>
        <PartEditor
          text={sourceText}
          label={`Series of ${label}`}
          docs={docs}
          placeholder="web.*.cpu, or seriesByTag('name=cpu')"
          onPart={(source) => change(withSourceText(pipeline, source, docs))}
          onRun={onRun}
        />
      </div>
      <ol class="builder-steps" aria-label={`Functions of ${label}, in order`}>
        {pipeline.steps.map((step, i) => (
          <StepChip
            key={`${i} ${step.name}`}
            step={step}
            at={i}
            count={pipeline.steps.length}
            docs={docs}
            onArguments={(args) => change(setStepArguments(pipeline, i, args))}
            sourceNodes={sourceNodesOf(sourceText)}
            dragType={dragType}
            onMove={move}
            onRemove={() => remove(i)}
            onRun={onRun}
          />
        ))}
        <li>
          <FunctionPicker
            docs={docs}
            onPick={(name) => {
              change(addStep(pipeline, name, docs));
              setSaid(`${name} is added`);
            }}
          />
        </li>
      </ol>
      <span class="sr-only" role="status">
        {said}
      </span>
    </div>
  );
}

/** What is typed as the source may be more than that: its functions come before the others. */
function withSourceText(pipeline: Pipeline, text: string, docs: FunctionDocs): Pipeline {
  const inner = pipelineOf(parseText(text).root, docs);
  return { source: inner.source, steps: [...inner.steps, ...pipeline.steps] };
}
