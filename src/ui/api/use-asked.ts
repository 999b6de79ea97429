import { useEffect, useState } from "preact/hooks";
import { isAborted } from "./ask.ts";

/** An answer that is shown: the last good one stays while another is awaited, and when that fails. */
export interface Asked<Answer> {
  answer: Answer | null;
  error: Error | null;
  isLoading: boolean;
  retry: () => void;
}

/**
 * Asks when a component is there and whenever `inputs` change; what was asked before is cancelled.
 * Null instead of a question asks nothing.
 */
export function useAsked<Answer>(
  ask: ((signal: AbortSignal) => Promise<Answer>) | null,
  inputs: readonly unknown[],
): Asked<Answer> {
  const [state, setState] = useState<Omit<Asked<Answer>, "retry">>({
    answer: null,
    error: null,
    isLoading: ask !== null,
  });
  const [tries, setTries] = useState(0);
  useEffect(() => {
    if (ask === null) {
      setState({ answer: null, error: null, isLoading: false });
      return;
    }
    const abort = new AbortController();
    setState((last) => ({ ...last, isLoading: true }));
    ask(abort.signal).then(
      (answer) => {
        if (!abort.signal.aborted) setState({ answer, error: null, isLoading: false });
      },
      (reason: unknown) => {
        if (abort.signal.aborted || isAborted(reason)) return;
        const error = reason instanceof Error ? reason : new Error(String(reason));
        setState((last) => ({ ...last, error, isLoading: false }));
      },
    );
    return () => abort.abort();
  }, [...inputs, tries]);
  return { ...state, retry: () => setTries((count) => count + 1) };
}
