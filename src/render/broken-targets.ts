import { asciiJson } from "./ascii-json.ts";

/** A target that could not be answered. */
export interface BrokenTarget {
  target: string;
  /** From 1. */
  column: number;
  reason: string;
  /** The function call that the reason is about, as typed. */
  call: string | undefined;
  code: string;
}

const MAX_HEADER_BYTES = 2048;
const MAX_TARGET_SHOWN = 200;

/** The `X-Statite-Errors` header: a JSON list in ASCII, of as many broken targets as fit. */
export function errorsHeader(broken: readonly BrokenTarget[]): string {
  let text = "";
  for (const { target, column, reason } of broken) {
    const shown = asciiJson({
      target: target.slice(0, MAX_TARGET_SHOWN),
      column,
      reason: reason.slice(0, MAX_TARGET_SHOWN),
    });
    const longer = text === "" ? shown : `${text},${shown}`;
    if (longer.length + 2 > MAX_HEADER_BYTES) break;
    text = longer;
  }
  return `[${text}]`;
}
