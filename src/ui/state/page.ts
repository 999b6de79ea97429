import { computed, signal } from "@preact/signals";
import { resolveRange } from "../../model/time-expression.ts";
import {
  DEFAULT_FROM,
  DEFAULT_UNTIL,
  formatAddress,
  type PageAddress,
  parseAddress,
} from "./page-address.ts";
import { zoneSetting } from "./settings.ts";

/** The address of the page, and with it all that it shows. */
export const address = signal<PageAddress>(parseAddress(location.search));

addEventListener("popstate", () => {
  address.value = parseAddress(location.search);
});

/**
 * Goes to another address. What a user would want to come back from is a new entry of the history;
 * with `replace` it takes the place of the present one.
 */
export function navigate(change: Partial<PageAddress>, { replace = false } = {}): void {
  const next = { ...address.peek(), ...change };
  const url = location.pathname + formatAddress(next);
  if (url === location.pathname + location.search) return;
  if (replace) history.replaceState(null, "", url);
  else history.pushState(null, "", url);
  address.value = next;
}

/** The address of a page that differs by `change`, for links. */
export function hrefOf(change: Partial<PageAddress>): string {
  return formatAddress({ ...address.value, ...change }) || "?";
}

/** The range as it is written, for requests. */
export const range = computed(() => ({
  from: address.value.from || DEFAULT_FROM,
  until: address.value.until || DEFAULT_UNTIL,
}));

/** The time zone of all that is shown: of the address, else of the settings, else the browser's. */
export const timeZone = computed(() => address.value.tz || zoneSetting.value || browserZone());

/** Counts up when everything is to be asked for again. */
export const refreshes = signal(0);

export function refresh(): void {
  refreshes.value++;
}

/** The range now, in whole seconds; of an hour where it cannot be read. */
export function rangeNow(): { from: number; until: number } {
  const now = Math.floor(Date.now() / 1000);
  const { from, until } = range.value;
  try {
    return resolveRange(from, until, now, timeZone.value);
  } catch {
    return { from: now - 3600, until: now };
  }
}

/** Ranges that were left by zooming in, the last one at the end. */
const zoomedFrom = signal<readonly { from: string; until: string }[]>([]);

export const canZoomBack = computed(() => zoomedFrom.value.length > 0);

/** Shows a range in whole seconds; `zoomBack` leads back. */
export function zoomTo(from: number, until: number): void {
  zoomedFrom.value = [...zoomedFrom.peek().slice(-50), address.peek()];
  showRange(from, until);
}

/** Goes back through the zooms; without any, out to thrice the range. */
export function zoomBack(): void {
  const last = zoomedFrom.peek().at(-1);
  if (last === undefined) {
    const { from, until } = rangeNow();
    const span = until - from;
    showRange(from - span, Math.min(until + span, Math.floor(Date.now() / 1000)));
    return;
  }
  zoomedFrom.value = zoomedFrom.peek().slice(0, -1);
  navigate({ from: last.from, until: last.until });
}

/** Moves the range by a part of its length. */
export function stepRange(part: number): void {
  const { from, until } = rangeNow();
  const by = Math.round((until - from) * part);
  showRange(from + by, until + by);
}

export function showRange(from: number, until: number): void {
  const start = Math.round(from);
  navigate({ from: String(start), until: String(Math.max(Math.round(until), start + 1)) });
}

function browserZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}
