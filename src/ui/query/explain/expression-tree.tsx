import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { RangeQuery } from "../../api/explain.ts";
import { innerArguments, type TreeNode } from "../language/tree.ts";
import { Result } from "./result.tsx";

/** A target taken apart: each part that makes series, and on demand what it makes. */
export function ExpressionTree({
  node,
  text,
  range,
}: {
  node: TreeNode;
  /** The text that the tree is made of. */
  text: string;
  range: RangeQuery;
}): JSX.Element {
  const [isShown, setShown] = useState(false);
  const part = text.slice(node.from, node.to);
  const parts = node.kind === "call" ? node.args.map(({ value }) => value).filter(makesSeries) : [];
  return (
    <li class="expression">
      <button
        type="button"
        class="button quiet expression-node"
        aria-expanded={isShown}
        aria-label={`Result of ${part}`}
        onClick={() => setShown(!isShown)}
      >
        <span aria-hidden="true">{isShown ? "▾" : "▸"}</span>
        <code>{captionOf(node)}</code>
      </button>
      {isShown && <Result target={part} range={range} />}
      {parts.length > 0 && (
        <ul>
          {parts.map((value) => (
            <ExpressionTree key={value.from} node={value} text={text} range={range} />
          ))}
        </ul>
      )}
    </li>
  );
}

function makesSeries(node: TreeNode): boolean {
  return node.kind === "call" || node.kind === "path";
}

/** A call without the series that are shown below it. */
function captionOf(node: TreeNode): string {
  if (node.kind !== "call") return node.kind === "missing" ? "" : node.text;
  const args = (node.isPiped ? [node.args[0]!, ...innerArguments(node)] : node.args).map(
    ({ name, value }) => {
      const text = makesSeries(value) ? "…" : value.kind === "missing" ? "" : printed(value);
      return name === null ? text : `${name.text}=${text}`;
    },
  );
  return `${node.name}(${args.join(", ")})`;
}

function printed(node: TreeNode): string {
  return node.kind === "call" || node.kind === "missing" ? "" : node.text;
}
