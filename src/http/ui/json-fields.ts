import type { FastifyRequest } from "fastify";
import { GraphiteError } from "../../model/errors.ts";

/** Fields of a JSON body, each checked when it is asked for. */
export class JsonFields {
  readonly #fields: Record<string, unknown>;

  /** @throws GraphiteError ERR_REQUEST for a body that is no JSON object */
  constructor({ body }: FastifyRequest) {
    const fields: unknown = Buffer.isBuffer(body) ? parsed(body) : body;
    if (typeof fields !== "object" || fields === null || Array.isArray(fields)) {
      throw new GraphiteError("ERR_REQUEST", "the body must be a JSON object");
    }
    this.#fields = fields as Record<string, unknown>;
  }

  /** A text, or a number as its digits. @throws GraphiteError ERR_PARAMETER */
  text(name: string): string | undefined {
    const value = this.#fields[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value === "string") return value;
    if (typeof value === "number") return String(value);
    throw mistake(name, "a text");
  }

  /** Texts; one by itself is a list of one. @throws GraphiteError ERR_PARAMETER */
  texts(name: string, most: number): string[] {
    const value = this.#fields[name];
    if (value === undefined || value === null) return [];
    const list: unknown[] = Array.isArray(value) ? value : [value];
    if (list.length > most) throw mistake(name, `a list of at most ${most} texts`);
    return list.map((one) => {
      if (typeof one !== "string") throw mistake(name, "a list of texts");
      return one;
    });
  }

  /** @throws GraphiteError ERR_PARAMETER */
  integer(name: string, least: number, most: number): number | undefined {
    const value = this.#fields[name];
    if (value === undefined || value === null) return undefined;
    if (Number.isInteger(value) && Number(value) >= least && Number(value) <= most) {
      return Number(value);
    }
    throw mistake(name, `a whole number from ${least} to ${most}`);
  }
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw new GraphiteError("ERR_REQUEST", "the body is not JSON");
  }
}

function mistake(name: string, expected: string): GraphiteError {
  return new GraphiteError("ERR_PARAMETER", `${name} must be ${expected}`);
}
