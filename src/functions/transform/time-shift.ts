import { parseInterval } from "../../model/interval.ts";
import { withChanges } from "../../model/time-series.ts";
import { offsetAt } from "../../model/time-zone.ts";
import { defineFunction, type Window } from "../define.ts";
import { boolean, interval, publishedAs, seriesList, suggesting, withDefault } from "../params.ts";

/** Back in time unless a sign says otherwise. */
export function signed(text: string): string {
  return /^[+-]/.test(text) ? text : `-${text}`;
}

export const timeShift = defineFunction({
  name: "timeShift",
  group: "Transform",
  doc: "The series as it was an interval ago, drawn over the present time.",
  params: {
    seriesList,
    timeShift: suggesting(interval, "1h", "6h", "12h", "1d", "2d", "7d", "14d", "30d"),
    resetEnd: withDefault(boolean, true),
    alignDST: publishedAs({ name: "alignDst" }, withDefault(boolean, false)),
  },
  plan: ({ timeShift: text, alignDST }, window, { timeZone }) => {
    const shifted = moved(window, parseInterval(signed(text)));
    return [alignDST ? moved(shifted, clockChange(window, shifted, timeZone)) : shifted];
  },
  evaluate: ({ seriesList: list, timeShift: text, resetEnd }, { planned }) => {
    const [present] = list;
    if (present === undefined) return [];
    return (planned[0] ?? []).map((series) => {
      const length = series.end - series.start;
      const end = resetEnd ? present.end : present.start + length;
      const name = `timeShift(${series.name}, "${signed(text)}")`;
      const tags = { ...series.tags, timeShift: signed(text) };
      return withChanges(series, { name, start: present.start, end, tags });
    });
  },
});

export function moved(window: Window, seconds: number): Window {
  return { from: window.from + seconds, until: window.until + seconds };
}

/**
 * How much further clocks are in the one window than in the other, seconds. A window within which
 * they are changed leaves everything as it is.
 */
function clockChange(window: Window, shifted: Window, timeZone: string): number {
  const offsets = [window.from, window.until, shifted.from, shifted.until].map((time) =>
    offsetAt(time, timeZone),
  );
  const [from, until, shiftedFrom, shiftedUntil] = offsets;
  return from === until && shiftedFrom === shiftedUntil ? from! - shiftedFrom! : 0;
}
