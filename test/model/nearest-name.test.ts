import test from "ava";
import { nearestName } from "../../src/model/nearest-name.ts";

const NAMES = ["sum", "sumSeries", "scale", "scaleToSeconds"];

test("the nearest name is the one with the fewest edits", (t) => {
  t.is(nearestName("sumSeris", NAMES), "sumSeries");
  t.is(nearestName("scael", NAMES), "scale");
  t.is(nearestName("SUM", NAMES), "sum");
  t.is(nearestName("anything", []), null);
});

test("what needs too many edits is not meant", (t) => {
  t.is(nearestName("avg", NAMES, 1), null);
  t.is(nearestName("sun", NAMES, 1), "sum");
});

test("a name of a million letters is compared with none", (t) => {
  const began = performance.now();
  t.is(nearestName("x".repeat(1 << 20), NAMES, 300_000), null);
  t.true(performance.now() - began < 1000);
});
