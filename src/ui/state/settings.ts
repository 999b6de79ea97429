import { effect, type Signal, signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";

/** What a user has chosen for this browser; nothing that a link should carry. */
export const themeSetting = kept<Theme>("theme", "system", (text) =>
  text === "light" || text === "dark" ? text : "system",
);
/** In place of seconds between refreshes: new points are drawn as they come. */
export const LIVE = -1;

/** Seconds between refreshes; 0 for none, or `LIVE`. */
export const refreshSetting = kept<number>("refresh", 30, (text) => {
  const seconds = Number(text);
  return Number.isFinite(seconds) && seconds >= LIVE ? seconds : 30;
});
/** IANA name; empty for the browser's zone. */
export const zoneSetting = kept<string>("zone", "", (text) => text);

/** Whether the page is dark now. */
export const isDark = signal(false);

const prefersDark = matchMedia("(prefers-color-scheme: dark)");
const followTheme = (): void => {
  const theme = themeSetting.value;
  isDark.value = theme === "system" ? prefersDark.matches : theme === "dark";
};
prefersDark.addEventListener("change", followTheme);
effect(followTheme);
effect(() => {
  document.documentElement.dataset.theme = isDark.value ? "dark" : "light";
});

/** A value that outlives the page where the browser lets it. */
export function kept<Value extends string | number>(
  name: string,
  byDefault: Value,
  read: (text: string) => Value,
): Signal<Value> {
  const key = `statite.${name}`;
  const text = stored(key);
  const value = signal(text === null ? byDefault : read(text));
  effect(() => {
    const now = value.value;
    try {
      if (now === byDefault) localStorage.removeItem(key);
      else localStorage.setItem(key, String(now));
    } catch {
      // A browser may keep nothing; then the value lasts as long as the page.
    }
  });
  return value;
}

function stored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
