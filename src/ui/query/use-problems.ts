import { useEffect, useState } from "preact/hooks";
import { askParse } from "../api/parse.ts";
import { checkTree } from "./language/check.ts";
import type { FunctionDocs } from "./language/functions.ts";
import { parseText } from "./language/parse.ts";
import type { Problem } from "./language/tree.ts";

/** So long somebody has to stop typing before what is missing is called a mistake. */
const DELAY_MS = 500;

/** What is wrong with a target: what can be told at once, and, where that is nothing, what the server says. */
export function useProblems(text: string, docs: FunctionDocs): readonly Problem[] {
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  useEffect(() => {
    const { root, problems: broken } = parseText(text);
    const found = root === null ? [] : [...broken, ...checkTree(root, docs)];
    // What was wrong and is right now goes at once; what may be half typed waits.
    setProblems((before) => before.filter((old) => found.some((one) => same(one, old))));
    const abort = new AbortController();
    const timer = setTimeout(() => {
      setProblems(found);
      if (root === null || broken.length > 0) return;
      askParse(text, abort.signal).then(
        ({ error }) => {
          if (error === null || abort.signal.aborted) return;
          const said = serverProblem(text, error);
          // It may have been said already, in other words.
          if (!found.some(({ from }) => from === said.from)) setProblems([said, ...found]);
        },
        // A server that does not answer says nothing about the text.
        () => {},
      );
    }, DELAY_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [text, docs]);
  return problems;
}

function serverProblem(
  text: string,
  { message, column, hint }: { message: string; column?: number | null; hint?: string | null },
): Problem {
  const from = column == null ? 0 : Math.min(column - 1, text.length);
  const to = column == null ? text.length : from + 1;
  const more = hint == null || hint === "" ? "" : `: ${hint}`;
  return { severity: "error", from, to, message: message + more };
}

function same(a: Problem, b: Problem): boolean {
  return a.message === b.message && a.from === b.from;
}
