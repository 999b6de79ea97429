import test from "ava";
import fc from "fast-check";
import { NameIndex } from "../../../src/storage/index/name-index.ts";
import { property } from "../../property.ts";

/** What should be found of live paths: leaves, and branches above them. */
function expectedNodes(paths: Iterable<string>): string[] {
  const nodes = new Set<string>();
  for (const path of paths) {
    nodes.add(`${path} leaf`);
    const labels = path.split(".");
    for (let i = 1; i < labels.length; i++) nodes.add(`${labels.slice(0, i).join(".")} branch`);
  }
  return [...nodes].sort();
}

function foundNodes(index: NameIndex): string[] {
  return index
    .find("**", 1000)
    .map(({ path, isLeaf }) => `${path} ${isLeaf ? "leaf" : "branch"}`)
    .sort();
}

const path = fc
  .array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 4 })
  .map((labels) => labels.join("."));

test("a glob finds live leaves and the branches above them, after any adding and removing", (t) => {
  property(t, [fc.array(path, { maxLength: 60 })], (steps) => {
    const index = new NameIndex(NameIndex.reserve(100));
    const live = new Map<string, number>();
    let next = 0;
    for (const name of steps) {
      const series = live.get(name);
      if (series === undefined) {
        live.set(name, next);
        index.add(name, next++);
      } else {
        live.delete(name);
        index.remove(series);
      }
    }
    for (let series = 0; series < next; series++) {
      const isLive = [...live.values()].includes(series);
      if (index.isLive(series) !== isLive || (index.nameOf(series) !== "") !== isLive) return false;
    }
    const isRight = [...live].every(([name, series]) => index.seriesAt(name) === series);
    const found = foundNodes(index).join();
    return isRight && index.count === live.size && found === expectedNodes(live.keys()).join();
  });
});

test("a tagged series that was removed is not found, and its name may come back", (t) => {
  const index = new NameIndex(NameIndex.reserve(10));
  index.add("cpu;host=a", 0);
  t.true(index.remove(0));
  t.false(index.remove(0));
  t.is(index.seriesAt("cpu;host=a"), -1);
  t.deepEqual(index.find("cpu;host=a", 10), []);
  index.add("cpu;host=a", 1);
  t.is(index.seriesAt("cpu;host=a"), 1);
  t.deepEqual([index.isLive(0), index.isLive(1), index.count], [false, true, 1]);
});
