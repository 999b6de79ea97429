import { useEffect, useRef, useState } from "preact/hooks";
import { isAborted } from "../../api/ask.ts";
import { type Expected, expectedAt } from "../completion/expected.ts";
import { askNameOffers, wantsNames } from "../completion/name-offers.ts";
import { knownOffers, type Offer } from "../completion/offers.ts";
import type { FunctionDocs } from "../language/functions.ts";
import { parseText } from "../language/parse.ts";

/** So long somebody has to stop typing before names are asked for. */
const DELAY_MS = 60;

export interface Completion {
  /** What is offered; empty when there is no list. */
  offers: readonly Offer[];
  /** Of the chosen offer; -1 as long as nobody has moved to one. */
  active: number;
  /** Where the cursor is and what may stand there; null when nobody is typing. */
  expected: Expected | null;
  isLoading: boolean;
  /** Finds what may stand at the cursor; `isOpen` says whether to list it. */
  look: (text: string, cursor: number, isOpen: boolean) => void;
  choose: (active: number) => void;
  /** Closes the list. */
  close: () => void;
  /** Forgets the cursor, too. */
  leave: () => void;
}

interface Found {
  text: string;
  cursor: number;
  expected: Expected;
  isOpen: boolean;
}

/** The list of completions of an editor. Without `docs` of functions only names are offered. */
export function useCompletion(docs: FunctionDocs): Completion {
  const [found, setFound] = useState<Found | null>(null);
  const [names, setNames] = useState<readonly Offer[]>([]);
  const [active, setActive] = useState(-1);
  const [isLoading, setLoading] = useState(false);
  const abort = useRef<AbortController | null>(null);

  const stop = (): void => {
    abort.current?.abort();
    setLoading(false);
  };
  useEffect(() => () => abort.current?.abort(), []);

  const look = (text: string, cursor: number, isOpen: boolean): void => {
    const expected = expectedAt(text, parseText(text).root, cursor, docs);
    stop();
    setFound({ text, cursor, expected, isOpen });
    setActive(-1);
    if (!isOpen || !wantsNames(expected)) {
      setNames([]);
      return;
    }
    // Names for another place would be wrong; for the same one they may stay until new ones come.
    const isSame = expected.from === found?.expected.from && expected.to >= expected.from;
    if (!isSame) setNames([]);
    else
      setNames((last) =>
        last
          .filter(({ label }) => label.startsWith(expected.typed))
          .map((offer) => ({ ...offer, to: expected.to })),
      );
    const controller = new AbortController();
    abort.current = controller;
    setLoading(true);
    setTimeout(() => {
      if (controller.signal.aborted) return;
      askNameOffers(text, expected, controller.signal).then(
        (offers) => {
          if (controller.signal.aborted) return;
          setNames(offers);
          setLoading(false);
        },
        (error: unknown) => {
          if (controller.signal.aborted || isAborted(error)) return;
          setNames([]);
          setLoading(false);
        },
      );
    }, DELAY_MS);
  };

  const isOpen = found?.isOpen === true;
  const known = isOpen ? knownOffers(found.text, found.expected, docs) : [];
  const offers = isOpen ? merge(found, known, names) : [];
  return {
    offers,
    active: Math.min(active, offers.length - 1),
    expected: found?.expected ?? null,
    isLoading,
    look,
    choose: setActive,
    close: () => {
      stop();
      setFound((last) => (last === null ? null : { ...last, isOpen: false }));
    },
    leave: () => {
      stop();
      setFound(null);
    },
  };
}

/** Names before functions; nothing where all that is offered stands there already. */
function merge(found: Found, known: readonly Offer[], names: readonly Offer[]): readonly Offer[] {
  const offers = [...names, ...known];
  const [only] = offers;
  const isThere =
    offers.length === 1 &&
    only !== undefined &&
    found.text.slice(only.from, only.to) === only.insert;
  return isThere ? [] : offers;
}
