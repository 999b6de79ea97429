import test from "ava";
import type { Totals } from "../../../src/ui/api/operate.ts";
import { ratesOf, recentRate } from "../../../src/ui/operate/rates.ts";

function at(time: number, received: number): Totals {
  return { time, received, refused: 0, series: 0, queries: 0, cpu: 0 };
}

test("a rate is what a total grew by in the time between, and never below nothing", (t) => {
  t.deepEqual(ratesOf([at(0, 0), at(10, 50), at(10, 50), at(20, 20)], "received"), [5, 0, 0]);
  t.deepEqual(ratesOf([at(0, 0)], "received"), []);
});

test("the present rate is that of half a minute, as soon as there is one", (t) => {
  t.is(recentRate([at(0, 0), at(10, 100)], "received"), null);
  t.is(recentRate([at(0, 0), at(10, 100), at(40, 400), at(50, 800)], "received"), 17.5);
  t.is(recentRate([], "received"), null);
});
