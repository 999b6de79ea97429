import { GraphiteError } from "../../model/errors.ts";
import type { NewEvent } from "./doors.ts";
import { notTooDeep } from "./not-too-deep.ts";

/** The years 1 to 9999, as times have them. */
const FIRST_TIME = -62_135_596_800;
const LAST_TIME = 253_402_300_799;

const SHAPE = 'the body must be a JSON object: {"what": …, "tags": …, "when": …, "data": …}';

/**
 * An event as it is posted to Graphite: a JSON object, whatever its content type says. `what` is
 * needed; `tags` is a list or a text with blanks; `when` is seconds since the epoch, or now.
 *
 * @throws GraphiteError ERR_PARAMETER
 */
export function readEvent(body: Buffer, nowSeconds: number): NewEvent {
  const { what, tags, when, data } = objectOf(body);
  if (what === undefined || what === null) {
    throw new GraphiteError("ERR_PARAMETER", '"what" is missing: say what has happened');
  }
  return {
    when: timeOf(when ?? nowSeconds),
    what: textOf(what),
    data: textOf(data ?? ""),
    tags: tagsOf(tags ?? []),
  };
}

function objectOf(body: Buffer): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(body.toString("utf8"));
  } catch (error) {
    throw new GraphiteError("ERR_PARAMETER", SHAPE, { cause: error });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new GraphiteError("ERR_PARAMETER", SHAPE);
  }
  return value as Record<string, unknown>;
}

function timeOf(when: unknown): number {
  const time = typeof when === "number" ? Math.floor(when) : Number.NaN;
  if (time >= FIRST_TIME && time <= LAST_TIME) return time;
  throw new GraphiteError("ERR_PARAMETER", '"when" must be a number: seconds since the epoch');
}

function tagsOf(tags: unknown): string[] {
  if (typeof tags !== "string" && !Array.isArray(tags)) {
    throw new GraphiteError("ERR_PARAMETER", '"tags" must be an array or space-separated string');
  }
  const texts = typeof tags === "string" ? [tags] : tags.map(textOf);
  return splitTags(texts.join(" "));
}

export function splitTags(text: string): string[] {
  return text.split(/\s+/).filter((tag) => tag !== "");
}

/** Scripts send numbers, and whole objects as data. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : notTooDeep(() => JSON.stringify(value));
}
