import type { FastifyRequest } from "fastify";
import { GraphiteError } from "../model/errors.ts";
import { jsonpName } from "../model/jsonp.ts";

type Values = Record<string, unknown>;

/**
 * The parameters of a request, from the URL and a form body together: all values of a repeated one
 * in order, and of a single one the last, so that the body's counts.
 */
export class Params {
  readonly #sources: Values[];

  constructor(request: FastifyRequest) {
    this.#sources = [request.query, request.body].filter(
      (source): source is Values => typeof source === "object" && source !== null,
    );
  }

  all(name: string): string[] {
    return this.#sources.flatMap((source) => {
      const value = source[name];
      if (Array.isArray(value)) return value.map(String);
      return value === undefined ? [] : [String(value)];
    });
  }

  one(name: string): string | undefined {
    return this.all(name).at(-1);
  }

  has(name: string): boolean {
    return this.all(name).length > 0;
  }

  /** @throws GraphiteError ERR_PARAMETER when there is something else than a number */
  number(name: string): number | undefined {
    const text = this.one(name);
    if (text === undefined || text === "") return undefined;
    const value = Number(text);
    if (Number.isNaN(value)) {
      throw new GraphiteError(
        "ERR_PARAMETER",
        `${name} must be a number, not ${JSON.stringify(text)}`,
      );
    }
    return value;
  }

  /** 0 or 1. @throws GraphiteError ERR_PARAMETER */
  flag(name: string): boolean {
    const text = this.one(name);
    if (text === undefined || text === "") return false;
    if (!/^-?\d+$/.test(text)) {
      throw new GraphiteError(
        "ERR_PARAMETER",
        `${name} must be 0 or 1, not ${JSON.stringify(text)}`,
      );
    }
    return Number(text) !== 0;
  }

  /** The function that the answer is to call. @throws GraphiteError ERR_PARAMETER for anything else */
  jsonp(): string | undefined {
    return jsonpName(this.one("jsonp"));
  }

  /** A whole number. @throws GraphiteError ERR_PARAMETER */
  integer(name: string): number | undefined {
    const text = this.one(name)?.trim();
    if (text === undefined || text === "") return undefined;
    const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!Number.isSafeInteger(value)) {
      throw new GraphiteError(
        "ERR_PARAMETER",
        `${name} must be a whole number, not ${JSON.stringify(text.slice(0, 100))}`,
      );
    }
    return value;
  }

  /** Values of a parameter that may also be spelled `name[]`, as PHP and Rails send lists. */
  list(name: string): string[] {
    const values = this.all(name);
    return values.length > 0 ? values : this.all(`${name}[]`);
  }

  /** Values of `prefix[key]` by key. */
  keyed(prefix: string): Record<string, string> {
    const found: Record<string, string> = {};
    for (const source of this.#sources) {
      for (const [name, value] of Object.entries(source)) {
        const match = /^(\w+)\[(\w+)\]$/.exec(name);
        if (match !== null && match[1] === prefix) {
          found[match[2]!] = String(Array.isArray(value) ? value.at(-1) : value);
        }
      }
    }
    return found;
  }
}
