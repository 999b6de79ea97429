import test from "ava";
import { isoTime, spanText } from "../../src/model/time-text.ts";

test("instants are written in UTC, and those beyond any calendar as numbers", (t) => {
  t.is(isoTime(0), "1970-01-01T00:00:00Z");
  t.is(isoTime(1_700_000_400), "2023-11-14T22:20:00Z");
  t.is(isoTime(-1), "1969-12-31T23:59:59Z");
  t.is(isoTime(1e300), "1e+300");
  t.is(isoTime(Number.NaN), "NaN");
});

test("lengths of time are written as retentions are", (t) => {
  t.is(spanText(10), "10s");
  t.is(spanText(300), "5m");
  t.is(spanText(864_000), "10d");
  t.is(spanText(365 * 86_400 + 9 * 86_400), "1y9d");
  t.is(spanText(5400), "1h30m");
  t.is(spanText(0.5), "0.5s");
});
