/** A target that could not be answered. */
export interface BrokenTarget {
  target: string;
  /** From 1. */
  column: number;
  reason: string;
  code: string;
}

const MAX_HEADER_BYTES = 2048;
const MAX_TARGET_SHOWN = 200;

/** The `X-Statite-Errors` header: a JSON list in ASCII, of as many broken targets as fit. */
export function errorsHeader(broken: readonly BrokenTarget[]): string {
  for (let count = broken.length; count > 0; count--) {
    const shown = broken.slice(0, count).map(({ target, column, reason }) => ({
      target: target.slice(0, MAX_TARGET_SHOWN),
      column,
      reason: reason.slice(0, MAX_TARGET_SHOWN),
    }));
    const text = JSON.stringify(shown).replace(
      /[^\x20-\x7e]/g,
      (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
    if (text.length <= MAX_HEADER_BYTES) return text;
  }
  return "[]";
}
