import type { JSX } from "preact";
import { config } from "../api/config.ts";
import { Icon } from "../parts/icon.tsx";
import { Menu } from "../parts/menu.tsx";
import { address, hrefOf, navigate, refresh } from "../state/page.ts";
import { VIEWS, type View } from "../state/page-address.ts";
import { isDark, LIVE, refreshSetting, type Theme, themeSetting } from "../state/settings.ts";
import { ShareButton } from "./share-button.tsx";
import { TimeRangePicker } from "./time-range-picker.tsx";

const NAMES: Record<View, string> = {
  explore: "Explore",
  query: "Query",
  dashboards: "Dashboards",
  operate: "Operate",
};
const REFRESHES = [0, LIVE, 5, 10, 30, 60, 300] as const;
const THEMES: Record<Theme, string> = {
  system: "As the system",
  light: "Light",
  dark: "Dark",
};

export function Header({ onHelp }: { onHelp: () => void }): JSX.Element {
  const { view } = address.value;
  return (
    <header class="header">
      <nav class="views" aria-label="Screens">
        <a
          class="brand"
          href={hrefOf({ view: "explore", dashboard: null })}
          onClick={goTo("explore")}
        >
          statite
        </a>
        {VIEWS.map((one) => (
          <a
            key={one}
            href={hrefOf({ view: one, dashboard: null })}
            aria-current={one === view ? "page" : undefined}
            onClick={goTo(one)}
          >
            {NAMES[one]}
          </a>
        ))}
      </nav>
      <div class="tools">
        <TimeRangePicker />
        <div class="button-pair">
          <button
            type="button"
            class="button quiet"
            aria-label="Refresh"
            title="Refresh (r)"
            onClick={refresh}
          >
            <Icon name="refresh" />
          </button>
          <Menu
            label={`Refreshes: ${shortPeriod(refreshSetting.value)}`}
            items={REFRESHES.map((seconds) => ({
              text: periodText(seconds),
              isChosen: seconds === refreshSetting.value,
              run: () => {
                refreshSetting.value = seconds;
              },
            }))}
          >
            <span class="period">{shortPeriod(refreshSetting.value)}</span>
            <Icon name="down" />
          </Menu>
        </div>
        <ShareButton />
        <Menu
          label={`Theme: ${THEMES[themeSetting.value]}`}
          items={(Object.keys(THEMES) as Theme[]).map((theme) => ({
            text: THEMES[theme],
            isChosen: theme === themeSetting.value,
            run: () => {
              themeSetting.value = theme;
            },
          }))}
        >
          <Icon name={isDark.value ? "moon" : "sun"} />
        </Menu>
        <button
          type="button"
          class="button quiet"
          aria-label="Help"
          title="Help (?)"
          onClick={onHelp}
        >
          <Icon name="help" />
        </button>
        {config.value?.user != null && <span class="user">{config.value.user}</span>}
      </div>
    </header>
  );
}

/** Links stay links: only a plain click is taken over. */
function goTo(view: View): (event: MouseEvent) => void {
  return (event) => {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    navigate({ view, dashboard: null });
  };
}

function periodText(seconds: number): string {
  if (seconds === 0) return "never";
  if (seconds === LIVE) return "live";
  return seconds < 60 ? `every ${seconds} seconds` : `every ${shortPeriod(seconds)}`;
}

function shortPeriod(seconds: number): string {
  if (seconds === 0) return "off";
  if (seconds === LIVE) return "live";
  return seconds < 60 ? `${seconds} s` : `${seconds / 60} min`;
}
