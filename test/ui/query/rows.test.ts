import test from "ava";
import { pathOf, summarize } from "../../../src/ui/query/explain/course.ts";
import {
  askedTargets,
  letterOf,
  newRow,
  rowsOf,
  shownTargets,
} from "../../../src/ui/query/rows.ts";

test("what rows ask for makes the same rows again, empty ones aside", (t) => {
  const rows = [newRow("a"), newRow(" "), newRow("b", { isHidden: true }), newRow("c")];
  const asked = askedTargets(rows);
  t.deepEqual(asked, { targets: ["a", "b", "c"], hidden: "B" });
  t.deepEqual(shownTargets(asked), ["a", "c"]);
  const again = rowsOf(asked);
  t.deepEqual(
    again.map(({ text, isHidden }) => [text, isHidden]),
    [
      ["a", false],
      ["b", true],
      ["c", false],
    ],
  );
  t.deepEqual(askedTargets(again), asked);
});

test("rows that are there keep their place and their look when the address changes", (t) => {
  const before = [newRow("a", { isBuilt: true }), newRow("b")];
  const after = rowsOf({ targets: ["x"], hidden: "" }, before);
  t.deepEqual(after, [{ ...before[0]!, text: "x" }]);
  t.is(rowsOf({ targets: [], hidden: "" }, before)[0]!.text, "");
});

test("letters go on behind Z", (t) => {
  t.deepEqual([0, 25, 26, 51, 52, 701, 702].map(letterOf), [
    "A",
    "Z",
    "AA",
    "AZ",
    "BA",
    "ZZ",
    "AAA",
  ]);
});

test("the course of a series has a hole for every gap", (t) => {
  t.is(pathOf([1, 2, null, 1]), "M1.0 18.0h.01L40.3 2.0M119.0 18.0h.01");
  t.is(pathOf([]), "");
  t.is(pathOf([5]), "M60.0 10.0h.01");
  t.deepEqual(
    summarize([
      [3, 0],
      [null, 1],
      [0.1 + 0.2, 2],
    ]),
    { min: "0.3", max: "3", last: "0.3" },
  );
  t.deepEqual(summarize([[null, 0]]), { min: "–", max: "–", last: "–" });
});
