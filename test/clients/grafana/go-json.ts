/**
 * JSON as Go's encoding/json takes it into typed structs: one wrong type fails the whole answer.
 * Fields that a struct does not have are passed over, and null leaves a value as it was.
 */
export type Shape =
  | "string"
  | "bool"
  | "int"
  | "float64"
  | "any"
  | { list: Shape }
  /** A list of exactly these. */
  | { tuple: readonly Shape[] }
  | { map: Shape }
  | { struct: Record<string, Shape> };

/** @throws Error that says what Go would not take, and where */
export function decodeAsGo(text: string, shape: Shape): unknown {
  const parser = new Parser(text);
  return convert(parser.document(), shape, "$");
}

/** A number as it is written: 1.0 is no int to Go. */
class Written {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

function convert(value: unknown, shape: Shape, at: string): unknown {
  if (value === null) return null;
  const wrong = (wanted: string): Error =>
    new Error(`${at}: cannot unmarshal ${JSON.stringify(value)} into ${wanted}`);
  if (shape === "any") return value instanceof Written ? Number(value.text) : value;
  if (shape === "string") {
    if (typeof value !== "string") throw wrong("string");
    return value;
  }
  if (shape === "bool") {
    if (typeof value !== "boolean") throw wrong("bool");
    return value;
  }
  if (shape === "int" || shape === "float64") {
    if (!(value instanceof Written)) throw wrong(shape);
    if (shape === "int" && !/^-?\d+$/.test(value.text)) throw wrong("int64");
    if (!Number.isFinite(Number(value.text))) throw wrong(shape);
    return Number(value.text);
  }
  if ("list" in shape) {
    if (!Array.isArray(value)) throw wrong("slice");
    return value.map((one, i) => convert(one, shape.list, `${at}[${i}]`));
  }
  if ("tuple" in shape) {
    if (!Array.isArray(value) || value.length !== shape.tuple.length) throw wrong("array");
    return shape.tuple.map((one, i) => convert(value[i], one, `${at}[${i}]`));
  }
  if (typeof value !== "object" || Array.isArray(value) || value instanceof Written) {
    throw wrong("struct");
  }
  const fields = "map" in shape ? Object.keys(value) : Object.keys(shape.struct);
  return Object.fromEntries(
    fields
      .filter((field) => Object.hasOwn(value, field))
      .map((field) => [
        field,
        convert(
          (value as Record<string, unknown>)[field],
          "map" in shape ? shape.map : shape.struct[field]!,
          `${at}.${field}`,
        ),
      ]),
  );
}

/** A JSON parser that keeps numbers as they are written. */
class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): unknown {
    const value = this.#value();
    this.#blanks();
    if (this.#at < this.#text.length) throw this.#error();
    return value;
  }

  #value(): unknown {
    this.#blanks();
    const char = this.#text[this.#at];
    if (char === "{") return Object.fromEntries(this.#items("}", () => this.#field()));
    if (char === "[") return this.#items("]", () => this.#value());
    if (char === '"') return JSON.parse(this.#token(/"(?:[^"\\]|\\.)*"/y)) as string;
    if (/[-\d]/.test(char ?? "")) {
      return new Written(this.#token(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y));
    }
    return JSON.parse(this.#token(/true|false|null/y)) as boolean | null;
  }

  #field(): [string, unknown] {
    this.#blanks();
    const name = JSON.parse(this.#token(/"(?:[^"\\]|\\.)*"/y)) as string;
    this.#blanks();
    this.#token(/:/y);
    return [name, this.#value()];
  }

  #items<T>(end: string, item: () => T): T[] {
    this.#at++;
    const items: T[] = [];
    this.#blanks();
    if (this.#text[this.#at] === end) {
      this.#at++;
      return items;
    }
    for (;;) {
      items.push(item());
      this.#blanks();
      if (this.#token(end === "}" ? /[,}]/y : /[,\]]/y) === end) return items;
    }
  }

  #token(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) throw this.#error();
    this.#at = pattern.lastIndex;
    return found[0];
  }

  #blanks(): void {
    this.#token(/\s*/y);
  }

  #error(): Error {
    return new Error(`no JSON at ${this.#at}: ${this.#text.slice(this.#at, this.#at + 40)}`);
  }
}
