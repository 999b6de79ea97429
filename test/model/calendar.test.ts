import test from "ava";
import fc from "fast-check";
import { type CalendarUnit, startOfUnit } from "../../src/model/calendar.ts";
import { civilTimeAt } from "../../src/model/time-zone.ts";
import { property } from "../property.ts";

const ZONES = ["UTC", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"];
const LENGTHS: Record<CalendarUnit, number> = {
  seconds: 1,
  minutes: 60,
  hours: 3600,
  days: 25 * 3600,
  weeks: 7 * 86_400 + 3600,
  months: 31 * 86_400 + 3600,
  years: 366 * 86_400,
};

test("a unit begins when the clock says so, not after the time and not too long before", (t) => {
  property(
    t,
    [
      fc.integer({ min: 1_500_000_000, max: 1_900_000_000 }),
      fc.constantFrom(...(Object.keys(LENGTHS) as CalendarUnit[])),
      fc.constantFrom(...ZONES),
      fc.integer({ min: 1, max: 7 }),
    ],
    (time, unit, zone, weekday) => {
      const start = startOfUnit(time, unit, zone, weekday);
      const { year, month, day, hour, minute } = civilTimeAt(start, zone);
      const isMidnight = hour === 0 && minute === 0;
      const shown: Record<CalendarUnit, boolean> = {
        seconds: true,
        minutes: start % 60 === 0,
        hours: minute === 0,
        days: isMidnight,
        weeks: isMidnight && new Date(Date.UTC(year, month - 1, day)).getUTCDay() === weekday % 7,
        months: isMidnight && day === 1,
        years: isMidnight && day === 1 && month === 1,
      };
      return (
        shown[unit] &&
        start <= time &&
        time - start < LENGTHS[unit] &&
        startOfUnit(start, unit, zone, weekday) === start
      );
    },
    { numRuns: 500 },
  );
});

test("an hour that the clock shows twice has two beginnings", (t) => {
  // New York, 2023-11-05: 1:30 at 05:30 and at 06:30 UTC.
  t.is(startOfUnit(1_699_162_200, "hours", "America/New_York"), 1_699_160_400);
  t.is(startOfUnit(1_699_165_800, "hours", "America/New_York"), 1_699_164_000);
});
