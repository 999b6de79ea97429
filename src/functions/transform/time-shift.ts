import { parseInterval } from "../../model/interval.ts";
import { withChanges } from "../../model/time-series.ts";
import { defineFunction } from "../define.ts";
import { boolean, interval, seriesList, withDefault } from "../params.ts";

/** Back in time unless a sign says otherwise. */
function signed(text: string): string {
  return /^[+-]/.test(text) ? text : `-${text}`;
}

export const timeShift = defineFunction({
  name: "timeShift",
  group: "Transform",
  doc: "The series as it was an interval ago, drawn over the present time.",
  params: {
    seriesList,
    timeShift: interval,
    resetEnd: withDefault(boolean, true),
    alignDST: withDefault(boolean, false),
  },
  plan: ({ timeShift: text }, window) => {
    const shift = parseInterval(signed(text));
    return [{ from: window.from + shift, until: window.until + shift }];
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
