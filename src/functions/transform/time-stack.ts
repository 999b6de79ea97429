import { GraphiteError } from "../../model/errors.ts";
import { parseInterval } from "../../model/interval.ts";
import { renamed } from "../../model/time-series.ts";
import { defineFunction } from "../define.ts";
import { integer, interval, seriesList, suggesting, withDefault } from "../params.ts";
import { moved, signed } from "./time-shift.ts";

/** Enough for a year of days. */
const MAX_SHIFTS = 366;

export const timeStack = defineFunction({
  name: "timeStack",
  group: "Transform",
  doc: "The series as it was `start` to `end` - 1 intervals ago, all drawn over the present time.",
  params: {
    seriesList,
    timeShiftUnit: suggesting(
      withDefault(interval, "1d"),
      "1h",
      "6h",
      "12h",
      "1d",
      "2d",
      "7d",
      "14d",
      "30d",
    ),
    timeShiftStart: withDefault(integer, 0),
    timeShiftEnd: withDefault(integer, 7),
  },
  plan: ({ timeShiftUnit, timeShiftStart, timeShiftEnd }, window) => {
    const seconds = parseInterval(signed(timeShiftUnit));
    const count = Math.max(0, timeShiftEnd - timeShiftStart);
    if (count > MAX_SHIFTS) {
      const message = `${count} shifts are too many: at most ${MAX_SHIFTS}`;
      throw new GraphiteError("ERR_ARGUMENT", message);
    }
    return Array.from({ length: count }, (_, i) => moved(window, (timeShiftStart + i) * seconds));
  },
  evaluate: ({ seriesList: list, timeShiftUnit, timeShiftStart }, { planned }) => {
    const [present] = list;
    if (present === undefined) return [];
    const unit = signed(timeShiftUnit);
    return planned.flatMap((shifted, i) => {
      const times = timeShiftStart + i;
      return shifted.map((series) =>
        renamed(
          series,
          `timeShift(${series.name}, ${unit}, ${times})`,
          { start: present.start, end: present.end },
          { timeShiftUnit: unit, timeShift: String(times) },
        ),
      );
    });
  },
});
