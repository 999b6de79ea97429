import { createHash } from "node:crypto";
import { GraphiteError } from "../../model/errors.ts";
import type { DocumentDoors } from "./doors.ts";
import { notTooDeep } from "./not-too-deep.ts";

/** Who made a dashboard: the pages of this server, those of istatd, or Graphite's. */
export type Origin = "statite" | "istatd" | "graphite";

export interface SavedDashboard {
  /** Says it to load, save and delete: NAME, USER/NAME of a user of istatd, or graphite:NAME. */
  name: string;
  origin: Origin;
  text: string;
}

/** istatd's container of what everybody sees. */
const GLOBAL = "global";
const KEY = "dashboard.";
const GRAPHITE = "graphite:";
const MAX_NAME_LETTERS = 200;
/** Keys of istatd's settings have none of these. */
const UNKEEPABLE = /[ \r\n\t\b\\/:;*?"'%()[\]{}~$^#=+-]/;
/** How a dashboard of ours begins; `savedForm` puts it that way. */
const OURS = /^\{"statite":\{"format":\d+,"title":("(?:[^"\\]|\\.)*")/;

/** All saved dashboards, sorted by name, with their titles. */
export function listDashboards(
  documents: DocumentDoors,
): { name: string; title: string; origin: Origin }[] {
  const { settings, dashboards } = documents;
  const found: { name: string; title: string; origin: Origin }[] = [];
  for (const container of settings.containers()) {
    // Values of users are never looked at: they hold hashes of passwords.
    if (container === "users") continue;
    for (const [key, text] of settings.entries(container)) {
      if (!key.startsWith(KEY)) continue;
      const short = key.slice(KEY.length);
      const name = container === GLOBAL ? short : `${container}/${short}`;
      found.push({ name, title: titleOf(text) ?? short, origin: originOf(text) });
    }
  }
  for (const name of dashboards.find([])) {
    found.push({ name: `${GRAPHITE}${name}`, title: name, origin: "graphite" });
  }
  return found.sort((a, b) => (a.title < b.title ? -1 : a.title > b.title ? 1 : 0));
}

/** A plain name means one of istatd's settings first, then one of Graphite's. */
export function loadDashboard(documents: DocumentDoors, name: string): SavedDashboard | undefined {
  if (!name.startsWith(GRAPHITE)) {
    const { container, key } = placeOf(name);
    const text = settingOf(documents, container, key);
    if (text !== undefined) return { name, origin: originOf(text), text };
  }
  const plain = name.startsWith(GRAPHITE) ? name.slice(GRAPHITE.length) : name;
  const text = documents.dashboards.load(plain);
  return text === undefined ? undefined : { name: `${GRAPHITE}${plain}`, origin: "graphite", text };
}

/**
 * Saves a dashboard. `believed` is the version that the caller has changed, null for a new one;
 * resolves with the version that it has now.
 *
 * @throws GraphiteError ERR_CONFLICT when somebody else was there before; ERR_PARAMETER for a name or
 *   a value that cannot be kept
 */
export async function saveDashboard(
  { settings }: DocumentDoors,
  name: string,
  value: unknown,
  believed: string | null,
): Promise<string> {
  const { container, key } = checkedPlaceOf(name);
  const text = savedForm(value);
  const isDone = await settings.replace(container, key, text, (current) =>
    current === undefined ? believed === null : believed === versionOf(current),
  );
  if (isDone) return versionOf(text);
  throw believed === null
    ? new GraphiteError("ERR_CONFLICT", `there is a dashboard ${name} already: choose another name`)
    : changedMeanwhile(name);
}

/** @throws GraphiteError ERR_CONFLICT, ERR_NOT_FOUND */
export async function deleteDashboard(
  documents: DocumentDoors,
  name: string,
  believed: string,
): Promise<void> {
  const found = loadDashboard(documents, name);
  if (found === undefined) throw new GraphiteError("ERR_NOT_FOUND", `no dashboard ${shown(name)}`);
  const isBelieved = (text: string | undefined): boolean =>
    text !== undefined && versionOf(text) === believed;
  if (found.origin === "graphite") {
    // Graphite's own requests change them without a version.
    if (!isBelieved(found.text)) throw changedMeanwhile(name);
    await documents.dashboards.remove(found.name.slice(GRAPHITE.length));
    return;
  }
  const { container, key } = placeOf(name);
  const isDone = await documents.settings.replace(container, key, null, isBelieved);
  if (!isDone) throw changedMeanwhile(name);
}

/** Changes with every byte of what is saved. */
export function versionOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 20);
}

function settingOf(
  { settings }: DocumentDoors,
  container: string,
  key: string,
): string | undefined {
  return container === "users" ? undefined : settings.get(container, key);
}

function placeOf(name: string): { container: string; key: string } {
  const at = name.indexOf("/");
  return at < 0
    ? { container: GLOBAL, key: KEY + name }
    : { container: name.slice(0, at), key: KEY + name.slice(at + 1) };
}

/** @throws GraphiteError ERR_PARAMETER */
function checkedPlaceOf(name: string): { container: string; key: string } {
  const place = placeOf(name);
  const short = place.key.slice(KEY.length);
  const isKeepable = short !== "" && name.length <= MAX_NAME_LETTERS && !UNKEEPABLE.test(short);
  if (isKeepable && /^[\w.-]+$/.test(place.container) && place.container !== "users") return place;
  throw new GraphiteError(
    "ERR_PARAMETER",
    `a dashboard cannot be called ${shown(name)}: at most ${MAX_NAME_LETTERS} letters, digits and _, without blanks or signs`,
  );
}

/** @throws GraphiteError ERR_PARAMETER */
function savedForm(value: unknown): string {
  const { statite, ...others } = fieldsOf(value);
  const { format, title, ...rest } = fieldsOf(statite);
  if (!Number.isInteger(format) || typeof title !== "string") {
    const message = "the body must be {statite: {format, title, …}}: JSON of a dashboard";
    throw new GraphiteError("ERR_PARAMETER", message);
  }
  return notTooDeep(() => JSON.stringify({ statite: { format, title, ...rest }, ...others }));
}

function originOf(text: string): Origin {
  return OURS.test(text) ? "statite" : "istatd";
}

function titleOf(text: string): string | null {
  const title = OURS.exec(text)?.[1];
  return title === undefined ? null : (JSON.parse(title) as string);
}

function changedMeanwhile(name: string): GraphiteError {
  const message = `somebody else has changed or deleted the dashboard ${shown(name)} meanwhile`;
  return new GraphiteError("ERR_CONFLICT", message);
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function shown(name: string): string {
  return JSON.stringify(name.slice(0, 100));
}
