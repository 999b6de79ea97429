import {
  type FunctionDoc,
  type FunctionDocs,
  hasInput,
  type ParamDoc,
} from "../language/functions.ts";
import { writePath } from "../language/path-text.ts";
import type { Expected } from "./expected.ts";

export type OfferKind = "function" | "branch" | "series" | "value" | "tag" | "parameter";

/** One line of the list of completions. */
export interface Offer {
  kind: OfferKind;
  label: string;
  /** Said beside the label. */
  detail: string;
  /** What of the text is replaced, by what, and where the cursor is then, from the start of `insert`. */
  from: number;
  to: number;
  insert: string;
  caret: number;
  /** Whether there is something to complete right behind it. */
  goesOn: boolean;
}

export interface NameNode {
  text: string;
  isLeaf: boolean;
  isBranch: boolean;
}

/** What can be offered without asking the server: functions, values of parameters, and their names. */
export function knownOffers(text: string, expected: Expected, docs: FunctionDocs): Offer[] {
  return [
    ...valueOffers(expected),
    ...nameOffers(expected),
    ...functionOffers(text, expected, docs),
  ];
}

function functionOffers(text: string, expected: Expected, docs: FunctionDocs): Offer[] {
  if (expected.functions === "none") return [];
  const isCalled = /^\s*\(/.test(text.slice(expected.to));
  const fitting = [...docs.values()].filter(
    (doc) => expected.functions === "all" || hasInput(doc) || doc.params.length === 0,
  );
  return matching(expected.typed, fitting, (doc) => doc.name).map((doc) => {
    const { name } = doc;
    // The cursor goes between the parentheses, or behind them where nothing can be given.
    const isComplete = isCalled || (expected.functions === "of-series" && doc.params.length === 1);
    const insert = isCalled ? name : `${name}()`;
    return {
      ...rangeOf(expected),
      kind: "function",
      label: name,
      detail: doc.description,
      insert,
      caret: isComplete ? insert.length : name.length + 1,
      goesOn: !isComplete,
    };
  });
}

function valueOffers(expected: Expected): Offer[] {
  const { value, tagExpressions, call } = expected;
  if (value === null || tagExpressions !== null) return [];
  const choices = choicesOf(value, call?.nodes ?? []);
  return matching(withoutQuote(expected.typed), choices, (choice) => choice.text).flatMap(
    (choice) => {
      const insert = literal(choice.text, choice.isQuoted, expected);
      if (insert === null) return [];
      return [
        {
          ...rangeOf(expected),
          kind: "value",
          label: choice.text,
          detail: choice.detail,
          insert,
          caret: insert.length,
          goesOn: false,
        },
      ];
    },
  );
}

function nameOffers(expected: Expected): Offer[] {
  if (expected.quote !== null) return [];
  return matching(expected.typed, expected.names, (param) => param.name).map((param) => ({
    ...rangeOf(expected),
    kind: "parameter",
    label: `${param.name}=`,
    detail: describeParam(param),
    insert: `${param.name}=`,
    caret: param.name.length + 1,
    goesOn: true,
  }));
}

/** Nodes of names below the path that is being typed. */
export function nodeOffers(text: string, expected: Expected, nodes: readonly NameNode[]): Offer[] {
  const hasMore = text[expected.to] === ".";
  const start = expected.path.from + (expected.pathBefore ?? "").length;
  const isInBraces = expected.from > start;
  const prefix = expected.nodeBefore;
  const seen = new Set<string>();
  return nodes.flatMap(({ text: chain, isLeaf, isBranch }) => {
    // Branches with a single child come as one row with it; in the middle of a path one node counts.
    const isMiddle = hasMore || isInBraces;
    const node = isMiddle ? chain.slice(0, `${chain}.`.indexOf(".")) : chain;
    if (seen.has(node)) return [];
    seen.add(node);
    const label = prefix !== "" && node.startsWith(prefix) ? node.slice(prefix.length) : node;
    const insert = writePath(label);
    const offer = { ...rangeOf(expected), label, detail: "" };
    const list: Offer[] = [];
    if (isBranch || node !== chain) {
      const dotted = isMiddle ? insert : `${insert}.`;
      const branch = { ...offer, kind: "branch", label: `${label}.` } as const;
      list.push({ ...branch, insert: dotted, caret: dotted.length, goesOn: !isMiddle });
    }
    if (isLeaf && node === chain && !hasMore) {
      list.push({ ...offer, kind: "series", insert, caret: insert.length, goesOn: false });
    }
    return list;
  });
}

/** Names from a search anywhere in them: each takes the place of the whole path. */
export function searchOffers(
  expected: Expected,
  hits: readonly { name: string; isLeaf: boolean }[],
): Offer[] {
  return hits.map(({ name, isLeaf }) => {
    const insert = writePath(name) + (isLeaf ? "" : ".");
    return {
      ...expected.path,
      kind: isLeaf ? "series" : "branch",
      label: isLeaf ? name : `${name}.`,
      detail: "",
      insert,
      caret: insert.length,
      goesOn: !isLeaf,
    };
  });
}

/** What of a tag expression is typed: its tag only, or its operator and a part of its value, too. */
export function typedTag(typed: string): { tag: string; operator: string; value: string } {
  const found = /^([^=!]*)(!?=~?)(.*)$/s.exec(typed);
  if (found === null) return { tag: typed, operator: "", value: "" };
  return { tag: found[1]!, operator: found[2]!, value: found[3]! };
}

/** Tags, or values of a tag, for the tag expression that is being typed. */
export function tagOffers(expected: Expected, words: readonly string[]): Offer[] {
  const { tag, operator } = typedTag(withoutQuote(expected.typed));
  return words.flatMap((word) => {
    const whole = operator === "" ? `${word}=` : `${tag}${operator}${word}`;
    const insert = literal(whole, true, expected);
    if (insert === null) return [];
    const isTag = operator === "";
    // Behind a tag its value is typed: the cursor stays inside of the quotes.
    const hasQuote = insert.endsWith("'") || insert.endsWith('"');
    const caret = insert.length - (isTag && hasQuote ? 1 : 0);
    return [
      { ...rangeOf(expected), kind: "tag", label: word, detail: "", insert, caret, goesOn: isTag },
    ];
  });
}

/** The text after an offer is taken, and the place of the cursor in it. */
export function takeOffer(text: string, offer: Offer): { text: string; cursor: number } {
  return {
    text: text.slice(0, offer.from) + offer.insert + text.slice(offer.to),
    cursor: offer.from + offer.caret,
  };
}

/** What a parameter takes, in words: `interval, '1h' by default`. */
export function describeParam(param: ParamDoc): string {
  const several = param.isMultiple ? "any number of " : "";
  if (param.default === undefined || param.default === null) {
    return `${several}${param.type}${param.isRequired ? "" : ", optional"}`;
  }
  const shown = typeof param.default === "string" ? `'${param.default}'` : String(param.default);
  return `${several}${param.type}, ${shown.replace("Infinity", "inf")} by default`;
}

interface Choice {
  text: string;
  detail: string;
  isQuoted: boolean;
}

/** Values that a parameter can have, or often has. */
export function choicesOf(param: ParamDoc, nodes: readonly string[]): Choice[] {
  const list = (values: readonly (string | number)[], isQuoted: boolean): Choice[] =>
    values.map((value) => ({
      text: String(value),
      detail: value === param.default ? "default" : "",
      isQuoted: isQuoted && typeof value === "string",
    }));
  if (param.type === "boolean") {
    return list(["true", "false"], false).map((choice) =>
      choice.text === String(param.default) ? { ...choice, detail: "default" } : choice,
    );
  }
  if (param.type === "node" || param.type === "nodeOrTag") {
    return nodes.map((node, i) => ({ text: String(i), detail: node, isQuoted: false }));
  }
  const given = param.options.length > 0 ? param.options : param.suggestions;
  if (given.length > 0) return list(given, true);
  if (/colou?r/i.test(param.name)) return list(COLORS, true);
  return list(USUAL[param.type] ?? [], true);
}

const USUAL: Readonly<Record<string, readonly string[]>> = {
  interval: ["1min", "5min", "10min", "1h", "1d", "7d"],
  intOrInterval: ["5min", "10min", "1h"],
  date: ["now", "-1h", "-1d", "-7d", "midnight"],
};

const COLORS = [
  "red",
  "green",
  "blue",
  "orange",
  "purple",
  "yellow",
  "brown",
  "gray",
  "cyan",
  "pink",
];

function rangeOf({ from, to }: Expected): { from: number; to: number } {
  return { from, to };
}

function withoutQuote(typed: string): string {
  return typed.replace(/^["']/, "");
}

/** A value as it is written at the cursor; null where its quotes would end it too early. */
function literal(text: string, isQuoted: boolean, expected: Expected): string | null {
  if (expected.quote !== null) {
    if (text.includes(expected.quote)) return null;
    return expected.isQuoteClosed ? text : text + expected.quote;
  }
  if (!isQuoted) return text;
  const quote = text.includes("'") ? '"' : "'";
  return text.includes(quote) ? null : quote + text + quote;
}

/** Those that begin with what is typed, then those that have it somewhere inside. */
export function matching<T>(typed: string, list: readonly T[], textOf: (one: T) => string): T[] {
  const wanted = typed.toLowerCase();
  const begin: T[] = [];
  const contain: T[] = [];
  for (const one of list) {
    const at = textOf(one).toLowerCase().indexOf(wanted);
    if (at === 0) begin.push(one);
    else if (at > 0) contain.push(one);
  }
  return [...begin, ...contain];
}

/** The documentation that belongs to an offer. */
export function docOf(offer: Offer | undefined, docs: FunctionDocs): FunctionDoc | null {
  return offer?.kind === "function" ? (docs.get(offer.label) ?? null) : null;
}
