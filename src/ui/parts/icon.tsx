import type { JSX } from "preact";

/** Paths in a square of 24, drawn with a line. */
const PATHS = {
  add: "M12 5v14M5 12h14",
  area: "M3 19l5-8 5 4 8-10v14z",
  back: "M15 5l-7 7 7 7",
  band: "M3 9c5-6 8 2 18-4M3 19c5-6 8 2 18-4M3 14c5-6 8 2 18-4",
  check: "M5 12l5 5 9-10",
  close: "M6 6l12 12M18 6L6 18",
  down: "M6 9l6 6 6-6",
  forward: "M9 5l7 7-7 7",
  help: "M9 9a3 3 0 1 1 4 3c-1 .5-1 1-1 2M12 18v.5",
  link: "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
  line: "M3 18l5-7 5 4 8-10",
  live: "M12 12h.01M8 8a6 6 0 0 0 0 8M16 8a6 6 0 0 1 0 8M5 5a10 10 0 0 0 0 14M19 5a10 10 0 0 1 0 14",
  menu: "M4 7h16M4 12h16M4 17h16",
  moon: "M20 14A8 8 0 1 1 10 4a7 7 0 0 0 10 10z",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  points: "M5 16h.01M10 10h.01M14 14h.01M19 7h.01",
  refresh: "M20 11a8 8 0 1 0-2 6M20 5v6h-6",
  search: "M11 18a7 7 0 1 1 0-14 7 7 0 0 1 0 14zM16 16l5 5",
  stacked: "M3 19h18M3 14l6-4 5 3 7-5M3 9l6-4 5 3 7-5",
  sun: "M12 16a4 4 0 1 1 0-8 4 4 0 0 1 0 8zM12 3v1M12 20v1M3 12h1M20 12h1M5.6 5.6l.8.8M17.6 17.6l.8.8M5.6 18.4l.8-.8M17.6 6.4l.8-.8",
  table: "M4 5h16v14H4zM4 10h16M4 15h16M10 5v14",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  zoomOut: "M11 18a7 7 0 1 1 0-14 7 7 0 0 1 0 14zM16 16l5 5M8 11h6",
} as const;

export type IconName = keyof typeof PATHS;

/** A picture beside a word, or in a button that has a name of its own; screen readers pass it over. */
export function Icon({ name }: { name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
