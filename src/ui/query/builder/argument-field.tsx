import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { choicesOf, describeParam } from "../completion/offers.ts";
import { type FunctionDocs, takesSeries } from "../language/functions.ts";
import { parseText } from "../language/parse.ts";
import { nodesOf } from "../language/path-text.ts";
import type { Field } from "./fields.ts";
import { readLiteral, writeLiteral } from "./literals.ts";
import { PartEditor } from "./part-editor.tsx";
import { pipelineOf, pipelineText, type Value } from "./pipeline.ts";

/** What is given for a parameter: a field, a choice, or series; one more where it takes several. */
export function ArgumentField({
  field,
  stepName,
  sourceNodes,
  docs,
  onValues,
  onRun,
}: {
  field: Field;
  /** Of the function whose parameter it is. */
  stepName: string;
  /** The nodes of the first path of the target. */
  sourceNodes: readonly string[];
  docs: FunctionDocs;
  onValues: (values: Value[]) => void;
  onRun: () => void;
}): JSX.Element {
  const { param, values } = field;
  const isList = param?.isMultiple === true;
  const shown: (Value | null)[] = isList || values.length === 0 ? [...values, null] : values;
  const name = param?.name ?? field.name ?? "extra";
  const set = (at: number, value: Value | null): void => {
    const next = [...values];
    if (value === null) next.splice(at, 1);
    else next[at] = value;
    onValues(next);
  };
  return (
    <div
      class="argument"
      title={param === null ? "no parameter of this function" : describeParam(param)}
    >
      <span class={param === null ? "argument-name unknown" : "argument-name"}>{name}</span>
      {shown.map((value, i) => {
        const label = `${name} of ${stepName}${shown.length > 1 ? `, number ${i + 1}` : ""}`;
        const isSeries =
          value?.kind === "series" || (value?.kind !== "literal" && takesSeries(param));
        return isSeries ? (
          <PartEditor
            key={i}
            text={value?.kind === "series" ? pipelineText(value.pipeline) : ""}
            label={label}
            docs={docs}
            placeholder={
              param?.isRequired === true && values.length === 0 ? "series" : "more series"
            }
            onPart={(text) => set(i, seriesOf(text, docs))}
            onRun={onRun}
          />
        ) : (
          <LiteralField
            key={i}
            text={value?.kind === "literal" ? value.text : ""}
            label={label}
            field={field}
            sourceNodes={sourceNodes}
            onText={(text) => set(i, text === null ? null : { kind: "literal", text })}
            onRun={onRun}
          />
        );
      })}
    </div>
  );
}

function seriesOf(text: string, docs: FunctionDocs): Value | null {
  if (text === "") return null;
  return { kind: "series", pipeline: pipelineOf(parseText(text).root, docs) };
}

function LiteralField({
  text,
  label,
  field,
  sourceNodes,
  onText,
  onRun,
}: {
  /** As it stands in the target. */
  text: string;
  label: string;
  field: Field;
  sourceNodes: readonly string[];
  /** Null to give nothing. */
  onText: (text: string | null) => void;
  onRun: () => void;
}): JSX.Element {
  const listId = useId();
  const { param } = field;
  const choices = param === null ? [] : choicesOf(param, sourceNodes);
  const value = readLiteral(text);
  const given = (typed: string): void => onText(typed === "" ? null : writeLiteral(typed, param));
  const isChoice = param !== null && (param.options.length > 0 || param.type === "boolean");
  if (isChoice && (text === "" || choices.some((choice) => choice.text === value))) {
    const byDefault = param.default === undefined ? "" : String(param.default);
    return (
      <select
        class="argument-input"
        aria-label={label}
        value={value}
        onChange={(event) => given(event.currentTarget.value)}
      >
        {(text === "" || !param.isRequired) && (
          <option value="">{byDefault === "" ? "–" : `(${byDefault})`}</option>
        )}
        {choices.map((choice) => (
          <option key={choice.text} value={choice.text}>
            {choice.text}
          </option>
        ))}
      </select>
    );
  }
  const isText = param === null || /^(string|tag)$/.test(param.type);
  return (
    <>
      <input
        class="argument-input"
        aria-label={label}
        value={value}
        size={Math.min(Math.max(value.length + 2, isText ? 8 : 5), 32)}
        spellcheck={false}
        autocomplete="off"
        list={choices.length > 0 ? listId : undefined}
        placeholder={param?.default == null ? "" : String(param.default).replace("Infinity", "inf")}
        onChange={(event) => given(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter") return;
          event.preventDefault();
          given(event.currentTarget.value);
          onRun();
        }}
      />
      {choices.length > 0 && (
        <datalist id={listId}>
          {choices.map(({ text: choice, detail }) => (
            <option
              key={choice}
              value={choice}
              label={detail === "" ? choice : `${choice} ${detail}`}
            />
          ))}
        </datalist>
      )}
    </>
  );
}

/** The nodes that arguments count, where the first path of a target is known. */
export function sourceNodesOf(text: string): string[] {
  const path = parseText(text).root;
  return path?.kind === "path" ? nodesOf(path.text) : [];
}
