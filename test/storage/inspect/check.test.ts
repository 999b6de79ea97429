import {
  appendFileSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import test from "ava";
import fc from "fast-check";
import type { FileSystem } from "../../../src/storage/environment.ts";
import { type CheckSummary, checkStore } from "../../../src/storage/inspect/check-store.ts";
import { describeLog } from "../../../src/storage/inspect/describe-log.ts";
import type { Problem } from "../../../src/storage/inspect/findings.ts";
import { readFrame } from "../../../src/storage/inspect/statfile-frame.ts";
import { type FileEntry, Manifest } from "../../../src/storage/manifest.ts";
import { nodeFiles, realEnvironment } from "../../../src/storage/node-files.ts";
import { property } from "../../property.ts";
import { temporaryFolder } from "../../server.ts";
import { digestOf, PLANS, SampleStore, START } from "./sample-store.ts";

const HOUR = 3600;
const DAY = 86_400;

/** One good store for all tests; each damages a copy of it. */
const good = temporaryFolder();
const sample = new SampleStore(good.path);
sample.fill();
test.after.always(() => good.remove());

interface Checked {
  problems: Problem[];
  notes: string[];
  summary: CheckSummary;
}

function check(folder: string, files: FileSystem = nodeFiles): Checked {
  const problems: Problem[] = [];
  const notes: string[] = [];
  const summary = checkStore({ ...realEnvironment, files }, folder, {
    problem: (problem) => problems.push(problem),
    note: (text) => notes.push(text),
    progress: () => {},
  });
  return { problems, notes, summary };
}

/** A copy of the good store with some damage, and what a check of it says. */
function checkDamaged(damage: (folder: string) => void): Checked & { isUntouched: boolean } {
  const copy = temporaryFolder();
  try {
    cpSync(good.path, copy.path, { recursive: true, preserveTimestamps: true });
    damage(copy.path);
    const before = digestOf(copy.path);
    const checked = check(copy.path);
    const after = digestOf(copy.path);
    return { ...checked, isUntouched: JSON.stringify(before) === JSON.stringify(after) };
  } finally {
    copy.remove();
  }
}

function flip(path: string, at: number, bits = 0x10): void {
  const bytes = readFileSync(path);
  bytes[at] = bytes[at]! ^ bits;
  writeFileSync(path, bytes);
}

function entryOf(start: string): FileEntry {
  const found = [...new Manifest(realEnvironment, good.path).files].find(({ file }) =>
    file.split("/")[1]!.startsWith(start),
  );
  if (found === undefined) throw new Error(`the sample store has no file ${start}`);
  return found;
}

function filesBelow(folder: string): string[] {
  return Object.keys(digestOf(folder)).filter((name) => !name.endsWith("/"));
}

test("a healthy store has no problems, all of it is counted, and a check changes nothing", (t) => {
  const before = digestOf(good.path);
  const { problems, notes, summary } = check(good.path);
  t.deepEqual(problems, []);
  t.deepEqual(notes, []);
  t.deepEqual(digestOf(good.path), before);
  const entries = [...sample.store.recovered.manifest.files];
  t.is(summary.statfiles, entries.length);
  t.is(
    summary.statfileBytes,
    entries.reduce((sum, { bytes }) => sum + bytes, 0),
  );
  t.is(summary.series, 7);
  t.is(summary.plans, 4);
  // Of each kind of file there is one: sealed, late, merged for good, rolled up.
  for (const name of ["window-", "strays-", "merge-2-", "roll-up-"]) t.truthy(entryOf(name));
  // Three series and a gauge a minute, an event every third, an hourly one; one late datapoint; and
  // of four series the ten-minute buckets of the three hours that are rolled up.
  const minutes = 180 + 60;
  t.is(summary.points, minutes * 4 + minutes / 3 + 4 + 1 + 4 * 18);
});

const PIECES: [name: string, offsetIn: (path: string) => number, what: RegExp][] = [
  ["header", () => 20, /bad header/],
  ["magic", () => 3, /no StatFile/],
  ["block", (path) => frameOf(path).sections[0]!.section.blocksAt + 5, /blocks' checksum is wrong/],
  ["directory", (path) => frameOf(path).sections[1]!.section.directoryAt + 40, /bad directory/],
  ["section table", (path) => frameOf(path).sections[0]!.entryAt + 33, /bad section table/],
  ["footer", (path) => frameOf(path).size - 30, /bad footer/],
];

function frameOf(path: string): ReturnType<typeof readFrame> {
  const file = nodeFiles.openRead(path);
  try {
    return readFrame(nodeFiles, file, null);
  } finally {
    nodeFiles.close(file);
  }
}

for (const [name, offsetIn, what] of PIECES) {
  test(`a flipped byte in the ${name} of a StatFile is named with what it costs`, (t) => {
    const entry = entryOf("merge-2-");
    const file = `statfiles/${entry.file}`;
    const at = offsetIn(join(good.path, file));
    const { problems, isUntouched } = checkDamaged((folder) => flip(join(folder, file), at));
    t.is(problems.length, 1);
    const [problem] = problems;
    t.is(problem!.file, file);
    t.regex(problem!.what, what);
    t.true(problem!.offset <= at && at - problem!.offset < 2000, `${problem!.offset} for ${at}`);
    const { step, retention, from, until, series } = problem!.loss!;
    t.deepEqual([step, retention, from, until], [60, 30 * DAY, START, START + 3 * HOUR]);
    // A section is lost, or the file; how many are in it is not known without its table.
    const known: Record<string, number | null> = { block: 3, directory: 1, header: 5, magic: 5 };
    t.is(series, known[name] ?? null);
    t.regex(problem!.cost, /^lost: .* series.*, tier 1m:30d, 2023-11-15T00:00:00Z to /);
    t.true(isUntouched);
  });
}

test("one damaged group of blocks costs the series in it and no others", (t) => {
  const folder = temporaryFolder();
  const big = new SampleStore(folder.path);
  const numbers = Array.from({ length: 999 }, (_, i) => big.series(`many.n${i}`, PLANS.load));
  for (let minute = 0; minute < 10; minute++) {
    for (const one of numbers) big.put(one, big.seconds, Math.sqrt(one * 1000 + minute));
    big.seconds += 60;
  }
  big.wait(1200);
  big.finish();
  const [entry] = big.store.recovered.manifest.files;
  const file = `statfiles/${entry!.file}`;
  const { section, directory } = frameOf(join(folder.path, file)).sections[0]!;
  const [firstEnd] = directory!.groupEnds;
  const rest = directory!.offsets.filter((at) => at >= firstEnd!).length;
  t.is(section.groups, 2);
  flip(join(folder.path, file), section.blocksAt + firstEnd! + 100);
  const { problems, summary } = check(folder.path);
  t.deepEqual(
    problems.map(({ offset, loss }) => [offset, loss!.series]),
    [[section.blocksAt + firstEnd!, rest]],
  );
  t.is(summary.blocks, 999 - rest);
  folder.remove();
});

test("a StatFile that is cut off, exchanged or gone is named with what it held", (t) => {
  const entry = entryOf("roll-up-");
  const file = `statfiles/${entry.file}`;
  const loss = {
    step: entry.step,
    retention: entry.retention,
    from: entry.from,
    until: entry.until,
    series: null,
  };
  const cut = checkDamaged((folder) => truncateSync(join(folder, file), 100));
  t.deepEqual(
    cut.problems.map(({ what, offset }) => [what, offset]),
    [[`it has 100 bytes instead of ${entry.bytes}`, 100]],
  );
  t.deepEqual(cut.problems[0]!.loss, loss);
  const gone = checkDamaged((folder) => rmSync(join(folder, file)));
  t.deepEqual(
    gone.problems.map(({ file: name, what }) => [name, what]),
    [[file, "the file is missing"]],
  );
  t.deepEqual(gone.problems[0]!.loss, loss);
  const grown = checkDamaged((folder) => appendFileSync(join(folder, file), "x"));
  t.regex(grown.problems[0]!.what, /bytes instead of/);
  // Two of the same length: only the footer tells them apart.
  const entries = [...sample.store.recovered.manifest.files];
  const [one, two] = entries
    .filter(({ bytes }) => entries.filter((twin) => twin.bytes === bytes).length > 1)
    .sort((a, b) => a.bytes - b.bytes)
    .map((twin) => `statfiles/${twin.file}`);
  const exchanged = checkDamaged((folder) => copyFileSync(join(folder, two!), join(folder, one!)));
  t.deepEqual(
    exchanged.problems.map(({ file: name, what }) => [name, what]),
    [[one, "it is not the file that the manifest names: the footer is another"]],
  );
  t.true([cut, gone, grown, exchanged].every(({ isUntouched }) => isUntouched));
});

test("whatever byte is flipped, in whatever file, its file is named and nothing is changed", (t) => {
  const names = filesBelow(good.path).filter((name) => name !== "FORMAT");
  const place = fc.record({
    name: fc.constantFrom(...names),
    at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    bits: fc.integer({ min: 1, max: 255 }),
  });
  property(t, [place], ({ name, at, bits }) => {
    const { problems, isUntouched } = checkDamaged((folder) => {
      const path = join(folder, name);
      flip(path, Math.floor(at * readFileSync(path).length), bits);
    });
    return isUntouched && problems.some(({ file }) => file === name);
  });
});

test("a frame of the log that rots is named with its positions and times", (t) => {
  const [first, last] = readdirSync(join(good.path, "wal")).map((name) => `wal/${name}`);
  const { frames } = describeLog(nodeFiles, join(good.path, first!), "log");
  const [, frame, next] = frames;
  const middle = checkDamaged((folder) => flip(join(folder, first!), frame!.offset + 40));
  t.deepEqual(
    middle.problems.map(({ file, offset, what }) => [file, offset, what]),
    [[first, frame!.offset, "the frame's checksum is wrong"]],
  );
  const lost = next!.firstLsn - frame!.firstLsn;
  t.true(
    middle.problems[0]!.cost.startsWith(
      `lost: ${lost} records (positions ${frame!.firstLsn} to ${next!.firstLsn - 1} of the log)`,
    ),
    middle.problems[0]!.cost,
  );
  t.regex(middle.problems[0]!.cost, /before a datapoint of 2023-11-16T03:56:00Z/);
  // The server would pass the file over without a word.
  const begin = checkDamaged((folder) => flip(join(folder, first!), 64 + 40));
  t.regex(begin.problems[0]!.cost, /passes the file over/);
  // Or take what is behind the damage for a torn end.
  const end = checkDamaged((folder) => {
    flip(join(folder, last!), readFileSync(join(folder, last!)).length - 1);
  });
  t.deepEqual(
    end.problems.map(({ file, cost }) => [file, cost.replace(/\d+/, "N")]),
    [[last, "lost: records from position N on"]],
  );
});

test("a torn end is damage after a good end, and normal after a crash", (t) => {
  const last = `wal/${readdirSync(join(good.path, "wal")).at(-1)}`;
  const names = [last, "catalogue", "manifest"];
  const lock = JSON.stringify({ pid: 2 ** 22 + 1, started: "1", boot: "gone", host: hostname() });
  for (const name of names) {
    const tear = (folder: string): void => {
      const path = join(folder, name);
      truncateSync(path, readFileSync(path).length - 3);
      // Definitions that are torn off the catalogue are still in the log, which is not dropped.
      if (name === "catalogue") truncateSync(path, readFileSync(path).length - 3);
    };
    const afterGoodEnd = checkDamaged(tear);
    t.is(afterGoodEnd.problems.length, 1, name);
    t.regex(afterGoodEnd.problems[0]!.what, /is cut off/, name);
    t.is(afterGoodEnd.problems[0]!.file, name);
    const afterCrash = checkDamaged((folder) => {
      tear(folder);
      writeFileSync(join(folder, "lock"), lock);
    });
    if (name === "manifest") {
      // What the torn line would have named is found all the same.
      t.true(afterCrash.notes.some((note) => note.includes("not named by the manifest")));
    }
    t.deepEqual(afterCrash.problems, [], name);
    t.true(afterCrash.notes.some((note) => note.startsWith(name) && note.includes("crash")));
    t.true(afterCrash.notes.some((note) => note.startsWith("lock:")));
  }
});

test("log files that are gone are missed", (t) => {
  const [first, last] = readdirSync(join(good.path, "wal")).map((name) => `wal/${name}`);
  const three = (folder: string): string => {
    const running = new SampleStore(folder);
    running.run(300);
    running.finish();
    return `wal/${readdirSync(join(folder, "wal")).at(-1)}`;
  };
  const middle = checkDamaged((folder) => {
    const added = three(folder);
    t.not(added, last);
    rmSync(join(folder, last!));
  });
  t.true(middle.problems.some(({ what }) => /records \d+ to \d+ are missing/.test(what)));
  const all = checkDamaged((folder) => {
    rmSync(join(folder, first!));
    rmSync(join(folder, last!));
  });
  t.true(all.problems.some(({ file, what }) => file === "wal" && /ends at position 0/.test(what)));
});

test("a log file of another store, or of a newer version, is named", (t) => {
  const [name] = readdirSync(join(good.path, "wal"));
  const other = temporaryFolder();
  new SampleStore(other.path).finish();
  const [foreign] = readdirSync(join(other.path, "wal"));
  const { problems } = checkDamaged((folder) => {
    copyFileSync(join(other.path, "wal", foreign!), join(folder, "wal", "0000009999.wal"));
  });
  t.deepEqual(
    problems.map(({ file, what }) => [file, what]),
    [["wal/0000009999.wal", "it belongs to another store"]],
  );
  t.regex(problems[0]!.cost, /does not start/);
  t.truthy(name);
  other.remove();
});

test("names that the catalogue has lost are counted, and those that have data are listed", (t) => {
  const first = checkDamaged((folder) => flip(join(folder, "catalogue"), 50));
  t.true(
    first.problems.some(
      ({ what, cost }) => what === "the frame's checksum is wrong" && /up to 6 series/.test(cost),
    ),
  );
  t.true(
    first.problems.some(({ what }) => what === "6 series have data and no name: numbers 0 to 5"),
  );
  t.true(first.problems.some(({ what }) => what === "plan 0 is defined nowhere"));
  t.true(first.problems.every(({ file }) => file === "catalogue"));
  const gone = checkDamaged((folder) => rmSync(join(folder, "catalogue")));
  t.true(gone.problems.some(({ what }) => what === "the file is missing"));
});

test("a bad line of the manifest is named with the files that it costs", (t) => {
  const text = readFileSync(join(good.path, "manifest"), "utf8");
  const entry = entryOf("roll-up-");
  const offset = Buffer.byteLength(
    text
      .split("\n")
      .slice(
        0,
        text.split("\n").findIndex((line) => line.includes(entry.file)),
      )
      .join("\n"),
  );
  const { problems, notes } = checkDamaged((folder) => flip(join(folder, "manifest"), offset + 40));
  t.deepEqual(
    problems.map(({ file, offset: at, what }) => [file, at, what]),
    [["manifest", offset + 1, "the line's checksum is wrong"]],
  );
  t.true(problems[0]!.cost.includes("do not count"));
  t.true(notes.some((note) => note.includes(`${entry.file}: not named by the manifest`)));
  const gone = checkDamaged((folder) => rmSync(join(folder, "manifest")));
  t.deepEqual(
    gone.problems.map(({ file, what }) => [file, what]),
    [["manifest", "the file is missing"]],
  );
  t.regex(gone.problems[0]!.cost, /none of the 11 StatFiles counts/);
});

test("FORMAT is checked, and a newer store is not", (t) => {
  const rewrite = (change: (text: string) => string): ((folder: string) => void) => {
    return (folder) => {
      const path = join(folder, "FORMAT");
      writeFileSync(path, change(readFileSync(path, "utf8")));
    };
  };
  const garbled = checkDamaged(rewrite((text) => text.replace('"storeId"', '"storeJd"')));
  t.deepEqual(
    garbled.problems.map(({ file, what }) => [file, what]),
    [["FORMAT", "it does not say what store this is"]],
  );
  const another = checkDamaged(rewrite((text) => text.replace(/[0-9a-f]{32}/, "0".repeat(32))));
  t.regex(another.problems[0]!.what, /another store than all log files/);
  const gone = checkDamaged((folder) => rmSync(join(folder, "FORMAT")));
  t.regex(gone.problems[0]!.what, /missing/);
  // What else there is was checked all the same.
  for (const { summary } of [garbled, another, gone]) t.is(summary.logFrames, 6);
  const newer = t.throws(() =>
    checkDamaged(rewrite((text) => text.replace('"minReader":1', '"minReader":2'))),
  );
  t.is(newer?.name, "NewerVersionError");
});

test("a folder that is none, or no store, is refused in plain words", (t) => {
  const folder = temporaryFolder();
  const nowhere = t.throws(() => check(join(folder.path, "nowhere")));
  t.regex(nowhere?.message ?? "", /there is no such folder/);
  const empty = t.throws(() => check(folder.path));
  t.regex(empty?.message ?? "", /not a data directory of statite/);
  folder.remove();
});

test("what a crash leaves lying about, and orphans, are told and are no problem", (t) => {
  const { problems, notes, isUntouched } = checkDamaged((folder) => {
    const { file } = entryOf("window-");
    const [group, name] = file.split("/");
    mkdirSync(join(folder, "orphans"));
    copyFileSync(join(folder, "statfiles", file), join(folder, "orphans", `${group}-${name}`));
    writeFileSync(join(folder, "orphans", "broken.statfile"), "STATFILE and no more");
    writeFileSync(join(folder, "statfiles", group!, "half.statfile.tmp"), "");
    writeFileSync(join(folder, "manifest.new"), "");
    writeFileSync(join(folder, "notes.txt"), "");
    writeFileSync(join(folder, "statfiles", "list.txt"), "");
  });
  t.deepEqual(problems, []);
  t.true(isUntouched);
  for (const pattern of [
    /^orphans: 2 files of \d+ bytes .*; not whole: broken\.statfile$/,
    /half\.statfile\.tmp: not finished/,
    /^manifest\.new: left half-written/,
    /^notes\.txt: no file of a store/,
    /^statfiles\/list\.txt: no folder of a tier/,
  ]) {
    t.true(
      notes.some((note) => pattern.test(note)),
      String(pattern),
    );
  }
});

test("what the disk refuses to read is a problem like others", (t) => {
  const name = readdirSync(join(good.path, "wal")).at(-1)!;
  const { problems } = checkDamaged((folder) => {
    rmSync(join(folder, "wal", name));
    mkdirSync(join(folder, "wal", name));
  });
  t.is(problems[0]?.file, "wal");
  t.regex(problems[0]?.what ?? "", /EISDIR/);
});

test("files that are merged while they are checked are no problem", (t) => {
  const folder = temporaryFolder();
  const running = new SampleStore(folder.path);
  running.run(3 * HOUR);
  const before = [...running.store.recovered.manifest.files].map(({ file }) => file);
  let hasMerged = false;
  const files: FileSystem = {
    ...nodeFiles,
    openRead(path) {
      if (!hasMerged && path.endsWith(".statfile")) {
        hasMerged = true;
        running.wait(24 * HOUR);
      }
      return nodeFiles.openRead(path);
    },
  };
  const { problems, summary } = check(folder.path, files);
  t.deepEqual(problems, []);
  t.true(hasMerged && before.length > 3);
  // Nearly all were gone, and those that took their place were checked.
  const after = [...running.store.recovered.manifest.files].map(({ file }) => file);
  t.true(before.filter((file) => after.includes(file)).length < 2);
  t.is(summary.statfiles, after.length);
  running.finish();
  folder.remove();
});
