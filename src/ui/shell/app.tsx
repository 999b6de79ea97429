import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { Toasts } from "../parts/toasts.tsx";
import { address, hrefOf, navigate, refresh, stepRange, zoomBack } from "../state/page.ts";
import { addShortcuts, handleKey } from "../state/shortcuts.ts";
import { followRefreshSetting } from "./auto-refresh.ts";
import { Header } from "./header.tsx";
import { HelpDialog } from "./help-dialog.tsx";
import { CurrentScreen } from "./screens.tsx";

/** Whether the list of shortcuts is open. */
export const isHelpOpen = signal(false);

/** The page: a header, and below it the screen that the address names. */
export function App(): JSX.Element {
  useEffect(followRefreshSetting, []);
  useEffect(() => {
    addEventListener("keydown", handleKey);
    const end = addShortcuts([
      { keys: "?", what: "Show this help", run: () => (isHelpOpen.value = true) },
      {
        keys: "g e",
        what: "Go to Explore",
        run: () => navigate({ view: "explore", dashboard: null }),
      },
      { keys: "g q", what: "Go to Query", run: () => navigate({ view: "query", dashboard: null }) },
      { keys: "g d", what: "Go to Dashboards", run: () => navigate({ view: "dashboards" }) },
      {
        keys: "g o",
        what: "Go to Operate",
        run: () => navigate({ view: "operate", dashboard: null }),
      },
      { keys: "t", what: "Choose the time range", run: focusTimeRange },
      { keys: "[", what: "Earlier by half the range", run: () => stepRange(-0.5) },
      { keys: "]", what: "Later by half the range", run: () => stepRange(0.5) },
      { keys: "z", what: "Back from a zoom, or zoom out", run: zoomBack },
      { keys: "r", what: "Refresh", run: refresh },
    ]);
    return () => {
      removeEventListener("keydown", handleKey);
      end();
    };
  }, []);
  return (
    <>
      <a class="skip-link" href={`${hrefOf({})}#main`} onClick={skipToMain}>
        Skip to content
      </a>
      <Header onHelp={() => (isHelpOpen.value = true)} />
      <main id="main" tabIndex={-1} key={address.value.view}>
        <CurrentScreen view={address.value.view} />
      </main>
      <Toasts />
      {isHelpOpen.value && <HelpDialog onClose={() => (isHelpOpen.value = false)} />}
    </>
  );
}

function skipToMain(event: Event): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

function focusTimeRange(): void {
  document.getElementById("time-range")?.click();
}
