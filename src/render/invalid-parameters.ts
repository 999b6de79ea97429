/** What a mistake was made in, as far as it is known. */
export interface MistakeContext {
  targets?: readonly string[];
  /** Which dashboard asked. */
  source?: string | undefined;
  /** The function call, as typed. */
  call?: string | undefined;
}

const MAX_TARGETS = 10;
const MAX_TEXT = 1000;

/** The page that Graphite answers a mistake of the caller with; texts of the caller are escaped. */
export const MISTAKE_TYPE = "text/html; charset=utf-8";

/** `Invalid parameters (reason); targets: "..."; source: "..."; func: "..."`, escaped for HTML. */
export function invalidParameters(reason: string, context: MistakeContext): string {
  const { targets = [], source, call } = context;
  const parts = [`Invalid parameters (${reason})`];
  if (targets.length > 0) {
    const shown = targets.slice(0, MAX_TARGETS).map((target) => quoted(target));
    if (targets.length > MAX_TARGETS) shown.push(`and ${targets.length - MAX_TARGETS} more`);
    parts.push(`targets: ${shown.join(", ")}`);
  }
  if (source !== undefined) parts.push(`source: ${quoted(source)}`);
  if (call !== undefined) parts.push(`func: ${quoted(call)}`);
  return escapeHtml(parts.join("; "));
}

function quoted(text: string): string {
  return `"${text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}...` : text}"`;
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
