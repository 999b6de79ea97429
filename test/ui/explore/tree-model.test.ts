import test from "ava";
import { PAGE_ROWS, TreeModel, type TreeNode } from "../../../src/ui/explore/tree-model.ts";

function node(path: string, isBranch = true): TreeNode {
  return { text: path.split(".").at(-1)!, path, isLeaf: !isBranch, isBranch };
}

/** What can be seen, a row a text, with as many dashes in front as it is deep. */
function seen(tree: TreeModel): string[] {
  return Array.from({ length: tree.rowCount }, (_, i) => {
    const row = tree.row(i)!;
    return "-".repeat(row.depth) + (row.node?.text ?? "?");
  });
}

function small(): TreeModel {
  const tree = new TreeModel();
  tree.take({ path: "", offset: 0 }, 3, [node("a"), node("b"), node("c")]);
  return tree;
}

test("nothing is known at first, and asked for", (t) => {
  const tree = new TreeModel();
  t.is(tree.rowCount, 0);
  t.deepEqual(tree.missing(0, 20), [{ path: "", offset: 0 }]);
});

test("open branches have their rows below them", (t) => {
  const tree = small();
  tree.open("b");
  t.deepEqual(tree.missing(0, 20), [{ path: "b", offset: 0 }]);
  tree.take({ path: "b", offset: 0 }, 2, [node("b.x"), node("b.y", false)]);
  tree.open("b.x");
  tree.take({ path: "b.x", offset: 0 }, 1, [node("b.x.z", false)]);
  tree.open("c");
  tree.take({ path: "c", offset: 0 }, 1, [node("c.q", false)]);
  t.deepEqual(seen(tree), ["a", "b", "-x", "--z", "-y", "c", "-q"]);
  t.deepEqual(tree.missing(0, 20), []);
  for (let i = 0; i < tree.rowCount; i++) t.is(tree.indexOf(tree.row(i)!.node!.path), i);
  t.like(tree.row(4), { depth: 1, place: 1, total: 2, isOpen: false });
  tree.close("b");
  t.deepEqual(seen(tree), ["a", "b", "c", "-q"]);
  tree.open("b");
  t.deepEqual(seen(tree), ["a", "b", "-x", "--z", "-y", "c", "-q"], "and is as it was");
});

test("of a large level only what is seen is asked for", (t) => {
  const tree = new TreeModel();
  const page = Array.from({ length: PAGE_ROWS }, (_, i) => node(`n${i}`));
  tree.take({ path: "", offset: 0 }, 1_000_000, page);
  t.is(tree.rowCount, 1_000_000);
  t.is(tree.row(700_000)!.node, null);
  t.deepEqual(tree.missing(700_000, 700_040), [{ path: "", offset: 700_000 }]);
  tree.open("n3");
  tree.take({ path: "n3", offset: 0 }, 2, [node("n3.a"), node("n3.b")]);
  t.deepEqual(tree.missing(700_001, 700_003), [
    { path: "", offset: 699_500 },
    { path: "", offset: 700_000 },
  ]);
});

test("names that come move what is open, and what is gone is closed", (t) => {
  const tree = small();
  tree.open("b");
  tree.take({ path: "b", offset: 0 }, 1, [node("b.x")]);
  tree.take({ path: "", offset: 0 }, 4, [node("a"), node("aa"), node("b"), node("c")]);
  t.deepEqual(seen(tree), ["a", "aa", "b", "-x", "c"]);
  tree.take({ path: "", offset: 0 }, 2, [node("a"), node("c")]);
  t.deepEqual(seen(tree), ["a", "c"]);
  t.is(tree.row(2), null);
  t.is(tree.indexOf("b"), -1);
});
