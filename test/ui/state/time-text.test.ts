import test from "ava";
import fc from "fast-check";
import {
  parseTimeText,
  rangeText,
  spanText,
  timeText,
  zoneOffset,
} from "../../../src/ui/state/time-text.ts";
import { property } from "../../property.ts";

const zone = fc.constantFrom("UTC", "Asia/Kolkata", "America/St_Johns", "Asia/Tokyo");
const time = fc.integer({ min: 1_000_000_000, max: 1_600_000_000 });

test("a time is read as it is written, but for the hour that a clock shows twice", (t) => {
  property(t, [time, zone], (one, where) => {
    const read = parseTimeText(timeText(one, where), where)!;
    return read === one || timeText(read, where) === timeText(one, where);
  });
});

test("what is no time is none", (t) => {
  for (const text of ["", "-1h", "now", "2026-13-01", "2026-02-30", "2026-01-01 24:00", "2026"]) {
    t.is(parseTimeText(text, "UTC"), null, text);
  }
  t.is(parseTimeText("2026-01-02", "UTC"), Date.UTC(2026, 0, 2) / 1000);
  t.is(parseTimeText(" 2026-1-2 3:04:05 ", "UTC"), Date.UTC(2026, 0, 2, 3, 4, 5) / 1000);
});

test("ranges and spans are said as people say them", (t) => {
  t.is(rangeText("-1h", "now", "UTC"), "last hour");
  t.is(rangeText("-15min", "", "UTC"), "last 15 minutes");
  t.is(rangeText("noon", "now", "UTC"), "noon – now");
  t.is(rangeText("1767225600", "1767229265", "UTC"), "2026-01-01 00:00 – 2026-01-01 01:01:05");
  t.deepEqual([10, 300, 5400, 604_800].map(spanText), ["10 s", "5 min", "1.5 h", "7 d"]);
});

test("a zone is shown with its offset", (t) => {
  t.is(zoneOffset(1_767_225_600, "Europe/Berlin"), "UTC+01:00");
  t.is(zoneOffset(1_782_864_000, "Europe/Berlin"), "UTC+02:00");
  t.is(zoneOffset(1_767_225_600, "America/St_Johns"), "UTC−03:30");
  t.is(zoneOffset(1_767_225_600, "UTC"), "UTC");
});
