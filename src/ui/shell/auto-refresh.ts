import { effect } from "@preact/signals";
import { refresh } from "../state/page.ts";
import { LIVE, refreshSetting } from "../state/settings.ts";
import { isVisible } from "../state/visibility.ts";

/** How often graphs are loaded anew that get their new points as they come. */
const LIVE_SECONDS = 15;

/** Refreshes as often as the setting says while the page can be seen. Returns what ends it. */
export function followRefreshSetting(): () => void {
  let lastMs = Date.now();
  return effect(() => {
    const periodMs = (refreshSetting.value === LIVE ? LIVE_SECONDS : refreshSetting.value) * 1000;
    if (periodMs === 0 || !isVisible.value) return;
    const tick = (): void => {
      lastMs = Date.now();
      refresh();
    };
    // Who comes back to the page sees the present at once.
    if (Date.now() - lastMs >= periodMs) queueMicrotask(tick);
    const timer = setInterval(tick, periodMs);
    return () => clearInterval(timer);
  });
}
