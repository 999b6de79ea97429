/** Limits on what may become a series; bytes of UTF-8. */
export const MAX_NAME_BYTES = 4096;
export const MAX_TAGS = 64;

export type CanonicalName = { ok: true; name: string } | { ok: false; reason: string };

const CONTROL = /[\u0000-\u001f\u007f]/;

/**
 * The canonical form of a carbon name, the one under which it is stored and found.
 *
 * Tagged (`name;tag=value`, or openmetrics `name{tag="value"}`): the name, then tags sorted by the
 * text `;tag=value`; of a repeated tag the last counts. A name that breaks a tag rule keeps its raw
 * text, as Graphite does. Untagged: empty nodes vanish and `/` divides nodes like a dot, as on a
 * whisper disk.
 */
export function canonicalName(raw: string): CanonicalName {
  if (raw === "") return { ok: false, reason: "name-empty" };
  if (Buffer.byteLength(raw) > MAX_NAME_BYTES) return { ok: false, reason: "name-too-long" };
  if (CONTROL.test(raw)) return { ok: false, reason: "name-has-control-characters" };
  const parsed = parseTags(raw);
  if (parsed === null) {
    if (raw.includes(";")) return { ok: true, name: raw };
    const name = raw
      .split(/[./]/)
      .filter((node) => node !== "")
      .join(".");
    return name === "" ? { ok: false, reason: "name-empty" } : { ok: true, name };
  }
  if (parsed.tags.size > MAX_TAGS) return { ok: false, reason: "too-many-tags" };
  const tags = [...parsed.tags].map(([tag, value]) => `;${tag}=${value}`).sort(compareBytes);
  const name = parsed.name + tags.join("");
  return Buffer.byteLength(name) > MAX_NAME_BYTES
    ? { ok: false, reason: "name-too-long" }
    : { ok: true, name };
}

/** The tags of a canonical path; an untagged one has just its name. */
export function tagsOf(path: string): Record<string, string> {
  const parsed = path.includes(";") ? parseTags(path) : null;
  if (parsed === null) return { name: path };
  return { ...Object.fromEntries(parsed.tags), name: parsed.name.replace(/^~+/, "") };
}

/** Whether a path looks tagged and breaks a rule of tags: it has none then. */
export function hasBrokenTags(path: string): boolean {
  return path.includes(";") && parseTags(path) === null;
}

interface Tagged {
  name: string;
  tags: Map<string, string>;
}

/** Null for an untagged name and for one that breaks a rule. */
function parseTags(raw: string): Tagged | null {
  const pairs = raw.endsWith('"}') && raw.includes("{") ? openMetricsPairs(raw) : plainPairs(raw);
  if (pairs === null) return null;
  // The canonical path spells the name without the tildes that a value may not begin with.
  const name = pairs.name.replace(/^~+/, "");
  if (name === "") return null;
  const tags = new Map<string, string>();
  for (const [tag, value] of pairs.list) {
    if (tag === "" || /[;!^=]/.test(tag)) return null;
    if (value === "" || value.includes(";") || value.startsWith("~")) return null;
    if (tag !== "name") tags.set(tag, value);
  }
  return { name, tags };
}

function plainPairs(raw: string): { name: string; list: [string, string][] } | null {
  const [name = "", ...rest] = raw.split(";");
  if (rest.length === 0) return null;
  const list: [string, string][] = [];
  for (const pair of rest) {
    const at = pair.indexOf("=");
    if (at < 0) return null;
    list.push([pair.slice(0, at), pair.slice(at + 1)]);
  }
  return { name, list };
}

function openMetricsPairs(raw: string): { name: string; list: [string, string][] } | null {
  const open = raw.indexOf("{");
  const name = raw.slice(0, open);
  const body = raw.slice(open + 1, -1);
  const list: [string, string][] = [];
  let at = 0;
  while (at < body.length) {
    const pair = /^([^=]+)="((?:[^"\\]|\\.)*)"(?:,|$)/.exec(body.slice(at));
    if (pair === null) return null;
    list.push([pair[1]!, pair[2]!.replace(/\\(.)/g, "$1")]);
    at += pair[0].length;
  }
  return { name, list };
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
