import { mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import test from "ava";
import { fileInfo, fullDump } from "../../../compat/istatd/file-texts.ts";
import { HEADER, NAME_BYTES } from "../../../compat/istatd/format.ts";
import { IstatdFile } from "../../../compat/istatd/istatd-file.ts";
import { lintStore } from "../../../compat/istatd/lint-store.ts";
import { StatFileUpdate, type UpdateMode } from "../../../compat/istatd/update-file.ts";
import { temporaryFolder } from "../../server.ts";

const FIXTURE = "test/fixtures/istatd/29_tools_nums2file_import";
const bytesOf = (name: string): Buffer => readFileSync(`${FIXTURE}/${name}.statfile`);
const textOf = (name: string): string => readFileSync(`${FIXTURE}/${name}`, "utf8");

test("header and full dump are printed as istatd's tools print them", (t) => {
  const file = IstatdFile.of(bytesOf("base"));
  t.is(fileInfo("n/base", file), textOf("base.fileinfo.txt"));
  t.is([...fullDump(file)].join(""), textOf("base.full.txt"));
});

test("a full dump says of each place whether it is of the present round", (t) => {
  const bytes = readFileSync("test/fixtures/istatd/03_gauge_wraparound/wrap__g__10s.statfile");
  const file = IstatdFile.of(bytes);
  const rows = [...fullDump(file)].join("").split("\n").slice(17, -1);
  const newest = rows.find((row) => Number(row.trim().split(/\s+/)[2]) === file.header.lastTime);
  t.is(newest?.trim()[0], "1");
  t.true(rows.some((row) => row.trim().startsWith("0")));
});

for (const [result, mode] of [
  ["overwrite", "overwrite"],
  ["fill_empty", "fill-empty"],
] as [string, UpdateMode][]) {
  test(`an import with ${mode} leaves the file that istatd_import leaves, byte for byte`, (t) => {
    const bytes = bytesOf("base");
    const update = new StatFileUpdate(bytes, IstatdFile.of(bytes).header);
    const lines = textOf("input.txt").split("# overwrite")[1]!.split("\n").slice(1, 4);
    for (const line of lines) {
      const [time, sum, sumSq, min, max, count] = line.split(" ").map(Number);
      t.true(
        update.put(
          { time: time!, sum: sum!, sumSq: sumSq!, min: min!, max: max!, count: count! },
          mode,
        ),
      );
    }
    // The path under which it was opened is another one.
    const expected = bytesOf(result);
    for (const file of [bytes, expected]) file.fill(0, HEADER.name, HEADER.name + NAME_BYTES);
    t.true(bytes.equals(expected));
  });
}

test("what a file does not reach back to is not put into it, and a trailing level takes nothing", (t) => {
  const bytes = bytesOf("base");
  const update = new StatFileUpdate(bytes, IstatdFile.of(bytes).header);
  const sample = { sum: 1, sumSq: 1, min: 1, max: 1, count: 1 };
  t.true(update.put({ ...sample, time: 200_000 }, "overwrite"));
  t.false(update.put({ ...sample, time: 100_000 }, "overwrite"));
  const trailing = readFileSync("test/fixtures/istatd/13_trailing_gauge/tr__a__tr-5m.statfile");
  t.throws(() => new StatFileUpdate(trailing, IstatdFile.of(trailing).header), {
    message: /trailing/,
  });
});

test("lint names what istatd would stumble over, in its words", (t) => {
  const folder = temporaryFolder();
  const store = `${folder.path}/store/a/b`;
  mkdirSync(store, { recursive: true });
  writeFileSync(`${store}/good`, bytesOf("base"));
  utimesSync(`${store}/good`, 1_000_000, 1_000_000);
  writeFileSync(`${store}/short`, "x");
  writeFileSync(`${store}/foreign`, Buffer.alloc(1000));
  writeFileSync(`${store}/cut`, bytesOf("base").subarray(0, 20_000));
  const page = (bytes: number): Buffer => {
    const file = bytesOf("base");
    file.writeBigInt64LE(BigInt(bytes), HEADER.pageBytes);
    return file;
  };
  writeFileSync(`${store}/odd`, page(8191));
  writeFileSync(`${store}/tiny`, page(1024));
  const lint = (age: number | null): string[] => {
    const found: string[] = [];
    lintStore(`${folder.path}/store`, age, 2_000_000, (problem, path) =>
      found.push(`${problem}: ${path.slice(store.length + 1)}`),
    );
    return found;
  };
  const problems = [
    "file is too small: cut",
    "not an istatd file: foreign",
    "bad page size in header: odd",
    "short file: short",
    "too small page size in header: tiny",
  ];
  t.deepEqual(lint(null), problems);
  t.deepEqual(lint(86_400), [
    ...problems.slice(0, 2),
    "file exceeds age: good",
    ...problems.slice(2),
  ]);
  folder.remove();
});
