import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import test from "ava";
import fc from "fast-check";
import { fetchWhisper } from "../../compat/whisper/fetch.ts";
import { isWhisperMethod } from "../../compat/whisper/format.ts";
import { WhisperFile, WhisperFileError } from "../../compat/whisper/whisper-file.ts";
import { whisperBytes, writeWhisper } from "../../compat/whisper/write-whisper.ts";
import { property } from "../property.ts";
import { fetchByWhisper, hexOf, isWithoutWhisper, makeWhisperFiles } from "./whisper-oracle.ts";

interface Golden {
  id: string;
  file: string;
  header: { aggregationMethod: string; xFilesFactor: number; maxRetention: number };
  fetches: {
    from: number;
    until: number;
    now: number;
    archive?: number;
    /** Whisper raises an error where it is missing. */
    result?: { start: number; end: number; step: number; values: (number | null)[] } | null;
  }[];
}

const NOW = 1_700_000_123;

const goldens = readFileSync("test/fixtures/whisper/golden.jsonl", "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line) as Golden)
  // One of them is about a file that whisper refuses to make.
  .filter(({ file }) => file !== undefined);

let folder = "";
test.before(() => {
  folder = mkdtempSync(join(tmpdir(), "statite-whisper-"));
});
test.after.always(() => rmSync(folder, { recursive: true, force: true }));

test("golden files are read as whisper reads them", (t) => {
  for (const { id, file: base64, header, fetches } of goldens) {
    const file = WhisperFile.of(Buffer.from(base64, "base64"));
    t.is<string, string>(file.header.method, header.aggregationMethod, id);
    t.is(file.header.xFilesFactor, header.xFilesFactor, id);
    t.is(file.header.longestRetention, header.maxRetention, id);
    for (const { from, until, now, archive, result } of fetches) {
      if (result === undefined) {
        t.throws(() => fetchWhisper(file, from, until, now, archive), { instanceOf: RangeError });
        continue;
      }
      const got = fetchWhisper(file, from, until, now, archive);
      if (result === null || got === null) {
        t.is<unknown, unknown>(got, result, `${id} ${from} ${until}`);
        continue;
      }
      const values = Array.from(got.values, (value) => (Number.isNaN(value) ? null : value));
      t.deepEqual({ ...got, values }, result, `${id} ${from} ${until}`);
    }
  }
  t.is(goldens.length, 18);
});

test("random files give what whisper's own fetch gives, bit for bit", (t) => {
  if (isWithoutWhisper(t)) return;
  const wrong: string[] = [];
  let compared = 0;
  for (const { path, fetches } of makeWhisperFiles(folder, 150, 1, NOW)) {
    const file = WhisperFile.open(path);
    for (const { from, until, result } of fetches) {
      const got = fetchWhisper(file, from, until, NOW);
      const shown = got && { ...got, values: Array.from(got.values, hexOf) };
      if (JSON.stringify(shown) !== JSON.stringify(result)) wrong.push(`${path} ${from} ${until}`);
      compared += result?.values.filter((value) => value !== null).length ?? 0;
    }
    file.close();
  }
  t.deepEqual(wrong, []);
  t.true(compared > 10_000);
});

test("whisper reads what is written here as it was given", (t) => {
  if (isWithoutWhisper(t)) return;
  const archives = [
    { step: 10, points: 37 },
    { step: 60, points: 90 },
  ];
  const kept = archives.map(({ step, points }, archive) => {
    const firstSlot = Math.floor(NOW / step) - points + 1;
    const values = Float64Array.from({ length: points }, (_, i) =>
      // Gaps at the beginning, in the middle and at the end.
      i < 3 || i % 7 === 4 || i > points - 3 ? Number.NaN : (i - 20) / (archive + 3),
    );
    return { firstSlot, values };
  });
  const path = join(folder, "ours.wsp");
  writeWhisper(path, { method: "absmin", xFilesFactor: 0.25, archives }, (i) => kept[i]!);
  const answers = fetchByWhisper(
    archives.map(({ step, points }) => ({ path, from: NOW - step * points, until: NOW, now: NOW })),
  );
  answers.forEach((answer, i) => {
    t.is(answer?.start, kept[i]!.firstSlot * archives[i]!.step);
    t.deepEqual(answer?.values, Array.from(kept[i]!.values, hexOf));
  });
  const own = WhisperFile.open(path);
  t.is(own.header.method, "absmin");
  t.is(own.header.xFilesFactor, 0.25);
  own.close();
});

test("a packed file is read like a plain one", (t) => {
  const golden = goldens.find(({ fetches }) => fetches.some(({ result }) => result))!;
  const path = join(folder, "packed.wsp.gz");
  writeFileSync(path, gzipSync(Buffer.from(golden.file, "base64")));
  const file = WhisperFile.open(path);
  const { from, until, now, result } = golden.fetches.find((one) => one.result)!;
  const got = fetchWhisper(file, from, until, now)!;
  t.deepEqual(
    Array.from(got.values, (value) => (Number.isNaN(value) ? null : value)),
    result!.values,
  );
  file.close();
  writeFileSync(path, "\u001f\u008bnothing");
  t.throws(() => WhisperFile.open(path), { instanceOf: WhisperFileError, message: /unpacked/ });
});

test("a file that is empty, cut off, compressed or foreign says so", (t) => {
  const contents = {
    method: "average",
    xFilesFactor: 0.5,
    archives: [{ step: 60, points: 100 }],
  } as const;
  const good = whisperBytes(contents, () => ({ firstSlot: 1, values: Float64Array.of(1) }));
  const path = join(folder, "bad.wsp");
  const problemOf = (bytes: Uint8Array): string => {
    writeFileSync(path, bytes);
    const error = t.throws(() => WhisperFile.open(path), { instanceOf: WhisperFileError });
    return error.message;
  };
  t.is(problemOf(Buffer.alloc(0)), "it is empty");
  t.is(problemOf(good.subarray(0, good.length - 1)), "it is cut off: 1227 bytes instead of 1228");
  t.is(problemOf(good.subarray(0, 20)), "it is too short");
  t.is(problemOf(Buffer.alloc(2000)), "it is no whisper file");
  t.is(problemOf(Buffer.alloc(2000, "text ")), "it is no whisper file");
  t.regex(problemOf(Buffer.from(`whisper_compressed\u0001${"x".repeat(900)}`)), /by go-carbon/);
  t.regex(problemOf(gzipSync(good, { level: 0 })), /gzip/);
  t.throws(() => WhisperFile.open(folder), { message: "it is no file" });
  t.throws(() => WhisperFile.open(join(folder, "nothing.wsp")), { code: "ENOENT" });
});

test("a file that is cut while it is read says so", (t) => {
  const contents = {
    method: "sum",
    xFilesFactor: 0,
    archives: [{ step: 1, points: 50_000 }],
  } as const;
  const path = join(folder, "cut.wsp");
  const values = new Float64Array(50_000).fill(7);
  writeWhisper(path, contents, () => ({ firstSlot: 1_000_000, values }));
  const file = WhisperFile.open(path);
  t.is(file.read(0, 1_000_000, new Float64Array(50_000)), 50_000);
  truncateSync(path, 10_000);
  t.throws(() => file.read(0, 1_000_000, new Float64Array(50_000)), {
    instanceOf: WhisperFileError,
    message: "it is cut off",
  });
  file.close();
});

test("no bytes make the reader fail in another way, or read out of bounds", (t) => {
  const header = fc
    .tuple(fc.nat(9), fc.nat(3), fc.array(fc.tuple(fc.nat(300), fc.nat(90), fc.nat(40))))
    .map(([method, factor, archives]) => {
      const bytes = Buffer.alloc(16 + archives.length * 12);
      bytes.writeUInt32BE(method, 0);
      bytes.writeFloatBE(factor / 2, 8);
      bytes.writeUInt32BE(archives.length, 12);
      archives.forEach((archive, i) => {
        archive.forEach((word, n) => {
          bytes.writeUInt32BE(word, 16 + i * 12 + n * 4);
        });
      });
      return bytes;
    });
  property(
    t,
    [header, fc.uint8Array({ maxLength: 2000 }), fc.nat(100), fc.nat(10_000)],
    (front, rest, slots, time) => {
      try {
        const file = WhisperFile.of(Buffer.concat([front, rest]));
        const { method, archives } = file.header;
        for (const i of archives.keys()) file.read(i, time, new Float64Array(slots));
        return isWhisperMethod(method);
      } catch (error) {
        return error instanceof WhisperFileError;
      }
    },
    { numRuns: 2000 },
  );
});
