import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import test from "ava";
import { TreeNames } from "../../compat/tree-names.ts";
import { whisperNames } from "../../compat/whisper/whisper-tree.ts";
import { NameIndex } from "../../src/storage/index/name-index.ts";
import { temporaryFolder } from "../server.ts";

class Tree {
  readonly folder = temporaryFolder();
  readonly names: NameIndex;
  readonly problems: string[] = [];
  changes = 0;
  readonly tree: TreeNames;

  constructor(capacity = 100) {
    this.names = new NameIndex(NameIndex.reserve(capacity));
    this.tree = new TreeNames(this.folder.path, this.names, whisperNames(new Map()), {
      problem: (path, reason) => this.problems.push(`${path}: ${reason}`),
      changed: () => this.changes++,
    });
  }

  path(path: string): string {
    return join(this.folder.path, path);
  }

  put(...paths: string[]): void {
    for (const path of paths) {
      mkdirSync(dirname(this.path(path)), { recursive: true });
      writeFileSync(this.path(path), "");
    }
  }

  /** Makes folders look as if nothing had come or gone in them for long. */
  age(...paths: string[]): void {
    const long = new Date(1_600_000_000_000);
    for (const path of paths) utimesSync(this.path(path), long, long);
  }

  scan(): string[] {
    this.tree.scan();
    return this.names.paths(1000);
  }
}

test("what comes and goes between scans is noticed", (t) => {
  const tree = new Tree();
  tree.put("a/b.wsp", "a/c/d.wsp.gz", "e.wsp", "a/readme.txt", "f.wsp.tmp");
  t.deepEqual(tree.scan(), ["a.b", "a.c.d", "e"]);
  const { changes } = tree;
  t.deepEqual(tree.scan(), ["a.b", "a.c.d", "e"]);
  t.is(tree.changes, changes);
  tree.put("a/c/x.wsp", "new/deep/er/y.wsp");
  unlinkSync(tree.path("e.wsp"));
  t.deepEqual(tree.scan(), ["a.b", "a.c.d", "a.c.x", "new.deep.er.y"]);
  renameSync(tree.path("new"), tree.path("old"));
  t.deepEqual(tree.scan(), ["a.b", "a.c.d", "a.c.x", "old.deep.er.y"]);
  rmSync(tree.path("a"), { recursive: true });
  tree.put("e.wsp");
  t.deepEqual(tree.scan(), ["e", "old.deep.er.y"]);
  // The tree itself may be away for a while.
  renameSync(tree.folder.path, `${tree.folder.path}.away`);
  t.deepEqual(tree.scan(), []);
  renameSync(`${tree.folder.path}.away`, tree.folder.path);
  t.deepEqual(tree.scan(), ["e", "old.deep.er.y"]);
  t.deepEqual(tree.problems, []);
  tree.folder.remove();
});

test("a folder that has not changed is not listed again", (t) => {
  const tree = new Tree();
  tree.put("a/b.wsp");
  tree.age("a");
  tree.scan();
  // Behind its back: only a listing would find it.
  tree.put("a/c.wsp");
  tree.age("a");
  t.deepEqual(tree.scan(), ["a.b"]);
  tree.put("a/d.wsp");
  t.deepEqual(tree.scan(), ["a.b", "a.c", "a.d"]);
  tree.folder.remove();
});

test("a name of two files is there as long as one of them is", (t) => {
  const tree = new Tree();
  tree.put("a/b.wsp", "a/b.wsp.gz", "real/x.wsp");
  symlinkSync(tree.path("real"), tree.path("link"));
  symlinkSync(tree.path("a/b.wsp"), tree.path("c.wsp"));
  symlinkSync(tree.path("nowhere"), tree.path("d.wsp"));
  t.deepEqual(tree.scan(), ["a.b", "c", "d", "link.x", "real.x"]);
  unlinkSync(tree.path("a/b.wsp"));
  t.true(tree.scan().includes("a.b"));
  unlinkSync(tree.path("a/b.wsp.gz"));
  t.false(tree.scan().includes("a.b"));
  unlinkSync(tree.path("real/x.wsp"));
  t.deepEqual(tree.scan(), ["c", "d"]);
  tree.folder.remove();
});

test("links in a circle, foreign names and pipes do no harm", (t) => {
  const tree = new Tree();
  tree.put("a/b.wsp", "x.y.wsp", "a/.hidden.wsp", "_tagged/123/456/cpu_DOT_x;a=b.wsp");
  const hash = "0123456789abcdef".repeat(4);
  tree.put(`_tagged/012/345/${hash}.wsp`);
  symlinkSync(tree.folder.path, tree.path("a/again"));
  execFileSync("mkfifo", [tree.path("a/pipe.wsp")]);
  const result = tree.tree.scan();
  t.deepEqual(tree.names.paths(10), ["a.b", "a.pipe"]);
  t.like(result, { series: 2, unnamed: 4, isFull: false });
  t.deepEqual(tree.problems.sort(), [
    "_tagged/123/456/cpu_DOT_x;a=b.wsp: it does not lie where a file of its name would",
    "a/.hidden.wsp: it does not lie where a file of its name would",
    "a/again: a link leads in a circle",
    "x.y.wsp: it does not lie where a file of its name would",
  ]);
  tree.folder.remove();
});

test("more names than there is room for are left out, and that is said", (t) => {
  const tree = new Tree(5);
  tree.put(...Array.from({ length: 8 }, (_, i) => `s${i}.wsp`));
  t.like(tree.tree.scan(), { series: 5, isFull: true });
  for (let i = 0; i < 8; i++) unlinkSync(tree.path(`s${i}.wsp`));
  t.deepEqual(tree.scan(), []);
  // Numbers of what has gone are given out again.
  for (let round = 0; round < 3; round++) {
    tree.put("p.wsp", "q.wsp", `r${round}.wsp`);
    t.deepEqual(tree.scan(), ["p", "q", `r${round}`]);
    unlinkSync(tree.path(`r${round}.wsp`));
    t.deepEqual(tree.scan(), ["p", "q"]);
  }
  tree.folder.remove();
});
