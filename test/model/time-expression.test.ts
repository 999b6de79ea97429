import test from "ava";
import { parseTimeExpression, resolveRange } from "../../src/model/time-expression.ts";

const NOW = 1_700_123_456;

test("the times that Graphite knows", (t) => {
  const times: [string, number][] = [
    ["-1h", 1700119856],
    ["-1d12h", 1699993856],
    ["-1mon", 1697531456],
    ["-1y", 1668587456],
    ["now-1h30min", 1700118056],
    ["now+1h", 1700127056],
    ["midnight", 1700092800],
    ["noon yesterday", 1700049600],
    ["noon_yesterday", 1700049600],
    ["6pm yesterday", 1700071200],
    ["17:45tomorrow", 1700243100],
    ["12am", 1700136000],
    ["12pm", 1700092800],
    ["04:00_20231101", 1698811200],
    ["20231101", 1698796800],
    ["11/01/23", 1698796800],
    ["11/01/2023", 1698796800],
    ["nov 1", 1698796800],
    ["november01", 1698796800],
    ["dec 25", 1703462400],
    ["monday", 1699833600],
    ["thursday", 1700092800],
    ["friday", 1699574400],
    ["12:00_20231101-1d", 1698753600],
    ["-1H", 1700119856],
    ["20231301", 20231301],
    ["01/02/69", 3124310400],
    ["08:3", 1700121780],
    ["now-", NOW],
    ["1700000000", 1700000000],
  ];
  for (const [text, time] of times) t.is(parseTimeExpression(text, NOW, "UTC"), time, text);
});

test("what Graphite refuses is refused", (t) => {
  const bad =
    "1h|1d|-5m|-1M|-1|last monday|2023-11-01|yesterday noon|20231101 04:00|now-1h-30min|-1h+30min|1700000000-1h|1700000000.5|1e9|24:00|12:60|nov|nov 31|20230229|8:|midnight+20231101";
  for (const text of bad.split("|")) {
    t.throws(() => parseTimeExpression(text, NOW, "UTC"), { name: "GraphiteError" }, text);
  }
});

test("a time that no calendar has is refused", (t) => {
  for (const text of ["9".repeat(400), "253402300800", `now+${"9".repeat(400)}y`, "-9999y"]) {
    t.throws(() => parseTimeExpression(text, NOW, "UTC"), { message: /years 1 to 9999/ }, text);
  }
  t.is(parseTimeExpression("253402300799", NOW, "UTC"), 253_402_300_799);
  t.is(parseTimeExpression("0", NOW, "UTC"), 0);
});

test("a zone's own clock is read, also where it skips or repeats an hour", (t) => {
  const zone = "America/New_York";
  t.is(parseTimeExpression("midnight", NOW, zone), 1700110800);
  t.is(parseTimeExpression("00:00_20231105+3h", NOW, zone), 1699167600);
  t.is(parseTimeExpression("02:30_20230312", NOW, zone), 1678606200);
  t.is(parseTimeExpression("01:30_20231105", NOW, zone), 1699165800);
});

test("a range defaults to the last day, and reversed ends are swapped", (t) => {
  t.deepEqual(resolveRange(undefined, "undefined", NOW, "UTC"), { from: NOW - 86_400, until: NOW });
  t.deepEqual(resolveRange("now", "-1h", NOW, "UTC"), { from: NOW - 3600, until: NOW });
  t.throws(() => resolveRange("-1h", "-1h", NOW, "UTC"), { message: /empty time range/ });
});
