import type { ArgumentNode, CallNode, LiteralNode, PathNode, Problem, TreeNode } from "./tree.ts";

export interface ParsedText {
  /** Null for a text of nothing but blanks. */
  root: TreeNode | null;
  problems: Problem[];
}

/** Deeper than the server goes. */
const MAX_DEPTH = 120;

/**
 * Reads a target while it is being typed: whatever the text, a tree comes out, with offsets, and a
 * problem for each place where the server's grammar (grammar/target.peggy) would not go on. A text
 * that the server reads to its end is read the same way here.
 */
export function parseText(text: string): ParsedText {
  return new Parser(text).whole();
}

/** What a path is made of, besides dots, braces and backslashes. */
const PATH_CHAR =
  "[^\\u0000-\\u0020(){},.'\"\\\\|\\u007f\\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const ESCAPED = "\\\\[(){},.'\"\\\\|=*?[]";
const WORD = `(?:${PATH_CHAR}|${ESCAPED})+`;

const WORDS = new RegExp(WORD, "y");
const ENUM = new RegExp(`\\{${WORD}(?:,${WORD})*\\}`, "y");
const OPEN_ENUM = new RegExp(`\\{(?:${PATH_CHAR}|${ESCAPED}|,)*`, "y");
const DOTS = /\.+/y;
const IDENT = /[A-Za-z_][A-Za-z0-9_]*/y;
const BLANKS = /[ \t\r\n\f\v]*/y;
const WORD_END = `(?!${PATH_CHAR}|\\.|\\{|[ \\t\\r\\n\\f\\v]*\\()`;
const BOOLEAN = new RegExp(`(?:true|false)${WORD_END}`, "iy");
const NONE = new RegExp(`none${WORD_END}`, "iy");
const INFINITY = new RegExp(`inf${WORD_END}`, "iy");
const NUMBER = /-?[0-9]+(?:\.[0-9]+)?(?:[eE]-?[0-9]+)?(?=[ \t\r\n\f\v]*(?:[,)]|$))/y;
const STRING = /(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')+/sy;
const OPEN_STRING =
  /(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')*(?:"(?:[^"\\]|\\.)*|'(?:[^'\\]|\\.)*)\\?/sy;

class Parser {
  readonly #text: string;
  readonly #problems: Problem[] = [];
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): ParsedText {
    this.#blanks();
    if (this.#at === this.#text.length) return { root: null, problems: [] };
    const root = this.#piped();
    this.#blanks();
    if (this.#at < this.#text.length) this.#unexpected("the target is complete before it");
    return { root, problems: this.#problems.sort((a, b) => a.from - b.from) };
  }

  #piped(): TreeNode {
    let node = this.#primary();
    for (let stages = 0; ; stages++) {
      const end = this.#at;
      this.#blanks();
      if (this.#text[this.#at] !== "|") {
        this.#at = end;
        return node;
      }
      if (stages === MAX_DEPTH) {
        this.#problem(this.#at, this.#at + 1, "too many functions, one after another");
        this.#at = this.#text.length;
        return node;
      }
      this.#at++;
      this.#blanks();
      node = this.#stage(node);
    }
  }

  /** A call after `|`. */
  #stage(input: TreeNode): CallNode {
    const from = this.#at;
    const name = this.#match(IDENT) ?? "";
    const nameSpan = { from, to: this.#at };
    if (name === "") this.#unfinished(from, from + 1, "a function has to follow the |");
    const call = this.#arguments(name, nameSpan, input);
    if (call !== null) return call;
    if (name !== "") this.#unfinished(from, this.#at, `${name} needs parentheses: ${name}()`);
    return {
      kind: "call",
      name,
      nameSpan,
      isPiped: true,
      args: [{ name: null, value: input }],
      open: -1,
      close: -1,
      commas: [],
      from: input.from,
      to: this.#at,
    };
  }

  #primary(): TreeNode {
    const from = this.#at;
    const name = this.#match(IDENT);
    if (name !== null) {
      const call = this.#arguments(name, { from, to: this.#at }, null);
      if (call !== null) return call;
      this.#at = from;
    }
    return this.#path();
  }

  /** What follows a function's name; null where no parenthesis does. */
  #arguments(
    name: string,
    nameSpan: { from: number; to: number },
    input: TreeNode | null,
  ): CallNode | null {
    const end = this.#at;
    this.#blanks();
    if (name === "" || this.#text[this.#at] !== "(") {
      this.#at = end;
      return null;
    }
    const call: CallNode = {
      kind: "call",
      name,
      nameSpan,
      isPiped: input !== null,
      args: input === null ? [] : [{ name: null, value: input }],
      open: this.#at++,
      close: -1,
      commas: [],
      from: input?.from ?? nameSpan.from,
      to: this.#at,
    };
    this.#depth++;
    if (this.#depth > MAX_DEPTH) {
      this.#problem(call.open, call.open + 1, "functions are nested too deep");
      this.#at = this.#text.length;
    } else this.#list(call);
    this.#depth--;
    call.to = this.#at;
    if (call.close < 0)
      this.#unfinished(call.open, call.open + 1, `this ( of ${name} is not closed`);
    return call;
  }

  #list(call: CallNode): void {
    this.#blanks();
    if (this.#text[this.#at] === ")") {
      call.close = this.#at++;
      return;
    }
    let hasNamed = false;
    for (;;) {
      const isFirst = call.commas.length === 0;
      const argument = this.#argument();
      call.args.push(argument);
      // template() takes its values in any order.
      if (argument.name !== null) {
        if (isFirst) {
          const { from, to } = argument.name;
          this.#problem(from, to, "an argument by position has to come before those by name");
        }
        hasNamed = true;
      } else if (hasNamed && argument.value.kind !== "missing" && call.name !== "template") {
        const { from, to } = argument.value;
        this.#problem(from, to, "arguments by position come before those by name");
      }
      this.#blanks();
      this.#skipUnexpected();
      const next = this.#text[this.#at];
      if (next === ")") call.close = this.#at;
      if (next === ",") call.commas.push(this.#at);
      if (next !== undefined) this.#at++;
      if (next !== ",") return;
      this.#blanks();
    }
  }

  /** Goes to where the list can go on: a comma, the closing parenthesis, or the end. */
  #skipUnexpected(): void {
    if (/[,)]/.test(this.#text[this.#at] ?? ")")) return;
    this.#unexpected("a comma or ) has to follow");
    let depth = 0;
    while (this.#at < this.#text.length) {
      const char = this.#text[this.#at]!;
      if (depth === 0 && (char === "," || char === ")")) return;
      if (char === "(") depth++;
      if (char === ")") depth--;
      if (char === "'" || char === '"') this.#string();
      else this.#at++;
    }
  }

  #argument(): ArgumentNode {
    const from = this.#at;
    const name = this.#match(IDENT);
    const to = this.#at;
    this.#blanks();
    if (name !== null && this.#text[this.#at] === "=") {
      this.#at++;
      this.#blanks();
      return { name: { text: name, from, to }, value: this.#value() };
    }
    this.#at = from;
    return { name: null, value: this.#value() };
  }

  #value(): TreeNode {
    const from = this.#at;
    if (/["']/.test(this.#text[from] ?? "")) return this.#string();
    for (const [kind, pattern] of LITERALS) {
      const text = this.#match(pattern);
      if (text !== null) return { kind, text, isClosed: true, from, to: this.#at };
    }
    return this.#piped();
  }

  #string(): LiteralNode {
    const from = this.#at;
    let text = this.#match(STRING);
    // A quote that opens right behind belongs to the string as well, closed or not.
    const isClosed = text !== null && !/["']/.test(this.#text[this.#at] ?? "");
    if (!isClosed) {
      this.#at = from;
      text = this.#match(OPEN_STRING) ?? this.#text.slice(from);
      this.#at = from + text.length;
      this.#unfinished(from, this.#at, "the quote is not closed");
    }
    return { kind: "string", text: text ?? "", isClosed, from, to: this.#at };
  }

  #path(): TreeNode {
    const from = this.#at;
    let lastDot = -1;
    for (;;) {
      if (this.#match(WORDS) !== null || this.#match(ENUM) !== null) continue;
      const at = this.#at;
      if (this.#match(DOTS) !== null) {
        if (at === from) this.#problem(at, this.#at, "a name cannot begin with a dot");
        else if (this.#at > at + 1) this.#problem(at, this.#at, "a name is missing between dots");
        lastDot = this.#at - 1;
        continue;
      }
      if (this.#match(OPEN_ENUM) === null) break;
      if (this.#text[this.#at] === "}") {
        this.#at++;
        this.#problem(at, this.#at, "braces hold names with commas between them");
      } else this.#unfinished(at, at + 1, "this { is not closed");
    }
    if (this.#at === from) {
      const isGap = /^[,)]?$/.test(this.#text[from] ?? "");
      if (isGap) this.#unfinished(from, from + 1, this.#missing(from));
      else this.#problem(from, from + 1, this.#missing(from));
      return { kind: "missing", from, to: from };
    }
    const text = this.#text.slice(from, this.#at);
    if (lastDot === this.#at - 1 && lastDot > from) {
      this.#unfinished(lastDot, this.#at, "a name cannot end with a dot");
    }
    return { kind: "path", text, from, to: this.#at } satisfies PathNode;
  }

  #missing(at: number): string {
    const char = this.#text[at];
    if (char === undefined) return "something is missing at the end";
    if (char === "," || char === ")") return "an argument is missing";
    return `${JSON.stringify(char)} cannot stand here`;
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) return null;
    this.#at += found[0].length;
    return found[0];
  }

  #blanks(): void {
    this.#match(BLANKS);
  }

  #unexpected(reason: string): void {
    const char = JSON.stringify(this.#text[this.#at]);
    // One is enough: what was skipped may have been the cause.
    if (this.#problems.some(({ from }) => from === this.#at)) return;
    this.#problem(this.#at, this.#at + 1, `${char} cannot stand here, ${reason}`);
  }

  #problem(from: number, to: number, message: string): void {
    this.#problems.push({ severity: "error", from, to, message });
  }

  #unfinished(from: number, to: number, message: string): void {
    this.#problems.push({ severity: "error", from, to, message, isUnfinished: true });
  }
}

/** In the order in which the grammar tries them. */
const LITERALS: readonly (readonly [LiteralNode["kind"], RegExp])[] = [
  ["boolean", BOOLEAN],
  ["number", NUMBER],
  ["none", NONE],
  ["number", INFINITY],
];
