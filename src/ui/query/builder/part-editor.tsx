import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { TargetEditor } from "../editor/target-editor.tsx";
import type { FunctionDocs } from "../language/functions.ts";
import { parseText } from "../language/parse.ts";
import { isWhole } from "../language/print.ts";

/**
 * A field for a part of a target: what it says goes into the target as soon as it is a part, so that
 * half a word cannot break what is around it.
 */
export function PartEditor({
  text,
  label,
  docs,
  placeholder,
  onPart,
  onRun,
}: {
  text: string;
  label: string;
  docs: FunctionDocs;
  placeholder: string;
  onPart: (text: string) => void;
  onRun: () => void;
}): JSX.Element {
  const [draft, setDraft] = useState<string | null>(null);
  useEffect(() => setDraft(null), [text]);
  const shown = draft ?? text;
  return (
    <TargetEditor
      text={shown}
      label={label}
      docs={docs}
      problems={parseText(shown).problems}
      placeholder={placeholder}
      isSmall
      onChange={(typed) => {
        const isPart = isWhole(parseText(typed).root, typed);
        setDraft(isPart && typed.trim() === typed ? null : typed);
        if (isPart) onPart(typed.trim());
      }}
      onRun={onRun}
    />
  );
}
