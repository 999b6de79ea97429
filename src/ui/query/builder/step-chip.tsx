import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Icon } from "../../parts/icon.tsx";
import type { FunctionDocs } from "../language/functions.ts";
import { ArgumentField } from "./argument-field.tsx";
import { argumentsOf, fieldsOf, withValues } from "./fields.ts";
import type { Argument, Step } from "./pipeline.ts";

/**
 * A function of a target with a field for each of its parameters. Its handle moves it: by arrow keys,
 * or dragged onto another chip.
 */
export function StepChip({
  step,
  at,
  count,
  docs,
  sourceNodes,
  dragType,
  onArguments,
  onMove,
  onRemove,
  onRun,
}: {
  step: Step;
  /** Its place among `count`, from 0. */
  at: number;
  count: number;
  docs: FunctionDocs;
  /** The nodes of the first path of the target. */
  sourceNodes: readonly string[];
  onArguments: (args: Argument[]) => void;
  /** What a dragged chip says that it is. */
  dragType: string;
  onMove: (from: number, to: number) => void;
  onRemove: () => void;
  onRun: () => void;
}): JSX.Element {
  const [isTarget, setTarget] = useState(false);
  const doc = docs.get(step.name);
  const fields = fieldsOf(step.args, doc, 1);
  const onHandleKey = (event: KeyboardEvent): void => {
    const to = {
      ArrowLeft: at - 1,
      ArrowUp: at - 1,
      ArrowRight: at + 1,
      ArrowDown: at + 1,
      Home: 0,
      End: count - 1,
    }[event.key];
    if (event.key === "Delete") onRemove();
    else if (to !== undefined) onMove(at, to);
    else return;
    event.preventDefault();
  };
  return (
    <li
      class={isTarget ? "step drop-target" : "step"}
      onDragOver={(event) => {
        if (!event.dataTransfer?.types.includes(dragType)) return;
        event.preventDefault();
        setTarget(true);
      }}
      onDragLeave={() => setTarget(false)}
      onDrop={(event) => {
        setTarget(false);
        const from = Number(event.dataTransfer?.getData(dragType) || Number.NaN);
        if (!Number.isInteger(from)) return;
        event.preventDefault();
        onMove(from, at);
      }}
    >
      <div class="step-head">
        <button
          type="button"
          class="step-handle"
          aria-label={`${step.name}, ${at + 1} of ${count}: arrow keys move it, Delete removes it`}
          title={doc?.description ?? `There is no function ${step.name}`}
          draggable
          onDragStart={(event) => event.dataTransfer?.setData(dragType, String(at))}
          onKeyDown={onHandleKey}
        >
          <span aria-hidden="true">⠿</span> {step.name}
        </button>
        <button
          type="button"
          class="button quiet step-remove"
          aria-label={`Remove ${step.name}`}
          onClick={onRemove}
        >
          <Icon name="close" />
        </button>
      </div>
      {fields.map((field, i) => (
        <ArgumentField
          key={i}
          field={field}
          stepName={step.name}
          sourceNodes={sourceNodes}
          docs={docs}
          onValues={(values) => onArguments(argumentsOf(withValues(fields, i, values)))}
          onRun={onRun}
        />
      ))}
    </li>
  );
}
