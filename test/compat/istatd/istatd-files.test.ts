import test from "ava";
import fc from "fast-check";
import { ForeignFileError } from "../../../compat/foreign-file.ts";
import { filedumpRow, filedumpRows } from "../../../compat/istatd/filedump.ts";
import { HEADER, HEADER_BYTES, IstatdBuckets } from "../../../compat/istatd/format.ts";
import { IstatdFile } from "../../../compat/istatd/istatd-file.ts";
import { property } from "../../property.ts";
import { goldenFiles } from "./golden-files.ts";

const goldens = goldenFiles();
/** The one of the fixtures that istatd refuses: it wants a newer reader. */
const FROM_THE_FUTURE = "25_header_versions/v8_hdr464_rd9";

/** The buckets that a file has, in the order of time. */
function bucketsOf(file: IstatdFile): { buckets: IstatdBuckets; known: number[] } {
  const { interval } = file.header;
  const [from, until] = file.reach;
  const slots = (until - from) / interval;
  const buckets = new IstatdBuckets(slots);
  const count = file.read(from / interval, slots, buckets);
  const known = [...buckets.time.keys()].filter((i) => buckets.time[i] !== 0);
  if (known.length !== count) throw new Error(`${count} are said to be there: ${known.length}`);
  return { buckets, known };
}

test("every golden file is read, but for the one that wants a newer reader", (t) => {
  t.is(goldens.length, 43);
  for (const { id, bytes } of goldens) {
    if (id === FROM_THE_FUTURE) {
      const error = t.throws(() => IstatdFile.of(bytes), { instanceOf: ForeignFileError });
      t.regex(error.message, /version 9/);
    } else {
      t.notThrows(() => IstatdFile.of(bytes), id);
    }
  }
});

test("headers hold what they are said to hold", (t) => {
  for (const { id, bytes, json } of goldens) {
    if (json === null) continue;
    const { header } = IstatdFile.of(bytes);
    const got = {
      magic_hex: bytes.subarray(0, 16).toString("hex"),
      hdr_size: header.headerBytes,
      cfg_interval: header.interval,
      flags: header.flags,
      cr_version: header.version,
      rd_version: header.readerVersion,
      page_size: header.pageBytes,
      page_count: header.pages,
      first_bucket: header.firstIndex,
      last_bucket: header.lastIndex,
      last_time: header.lastTime,
      cumulative_sum: header.totalSum,
      cumulative_sum_sq: header.totalSumSq,
      cumulative_count: header.totalCount,
      last_cumulative_clear_time: header.totalsSince,
      file_create_time: header.created,
      unit: header.unit,
      name: header.name,
      lambda: header.lambda,
      season: header.season,
      fixed_count: header.fixedCount,
    };
    for (const [key, value] of Object.entries(json.header)) {
      t.is(String(got[key as keyof typeof got]), String(value).replace(/^inf$/, "Infinity"), id);
    }
  }
});

test("the buckets of every golden file are those of its csv, without the stale ones", (t) => {
  let stale = 0;
  for (const { id, bytes, csv } of goldens) {
    if (csv === null) continue;
    const file = IstatdFile.of(bytes);
    t.is([...filedumpRows(file)].join(""), csv, id);
    // Rows come by index, so a time that does not ascend is that of a stale bucket.
    const rows = csv.split("\n").slice(1, -1);
    const expected = rows.filter((row) => isCurrentRow(row, file));
    const { buckets, known } = bucketsOf(file);
    t.deepEqual(
      known.map((i) => filedumpRow(buckets, i).trimEnd()),
      expected,
      id,
    );
    stale += rows.length - expected.length;
  }
  t.true(stale > 0);
});

test("places are read exactly, stale or not", (t) => {
  for (const { id, bytes, json } of goldens) {
    if (json === null) continue;
    const file = IstatdFile.of(bytes);
    const { lastIndex } = file.header;
    const first = lastIndex - file.ring + 1;
    const buckets = new IstatdBuckets(file.ring);
    file.readIndexes(first, file.ring, buckets);
    const found = Array.from({ length: file.ring }, (_, i) => {
      const place = (((first + i) % file.ring) + file.ring) % file.ring;
      const { time, sum, min, max, count, sumSq } = buckets;
      return [place, time[i]!, sum[i]!, min[i]!, max[i]!, count[i]!, sumSq[i]!];
    })
      .filter((numbers) => numbers.slice(1).some((number) => number !== 0))
      .sort(([a], [b]) => a! - b!);
    const expected = json.nonzero_slots.map((numbers) =>
      numbers.map((number) =>
        typeof number === "number" ? number : Number(number.replace("inf", "Infinity")),
      ),
    );
    t.deepEqual(found, expected, id);
  }
});

test("the versions before 8 are the same file with less in its header", (t) => {
  const of = (name: string): IstatdFile =>
    IstatdFile.of(goldens.find(({ id }) => id === `25_header_versions/${name}`)!.bytes);
  const [v4, v6, v9] = [of("v4_hdr440_rd4"), of("v6_hdr456_rd4"), of("v9_hdr464_rd4")];
  // What istatd makes of a file that does not have it yet.
  t.deepEqual([v4.header.lambda, v4.header.season], [0.9, 86_400]);
  t.deepEqual([v6.header.lambda, v6.header.season], [0, 0]);
  const rows = [...filedumpRows(v4)];
  t.is(rows.length, 5);
  t.deepEqual([...filedumpRows(v6)], rows);
  t.deepEqual([...filedumpRows(v9)], rows);
});

test("samples from just before a file was made count to their own interval", (t) => {
  const { bytes } = goldens.find(({ id }) => id === "01_gauge_basic/app__load__10s")!;
  const file = Buffer.from(bytes);
  const { pageBytes, created } = IstatdFile.of(bytes).header;
  const place = pageBytes + 511 * 32;
  // The place of index 0 has a bucket of the ten seconds before; now that of index -1 has one as well.
  bytes.copy(file, place, pageBytes, pageBytes + 32);
  file.writeDoubleLE(4.9, place + 8);
  file.writeFloatLE(4.9, place + 20);
  file.writeFloatLE(24.01, place + 28);
  const read = IstatdFile.of(file);
  t.true(read.isCurrent(0, created - 10));
  t.true(read.isCurrent(-1, created - 10));
  t.true(read.isCurrent(-7, created - 80));
  t.false(read.isCurrent(1, created));
  const buckets = new IstatdBuckets(1);
  t.is(read.read(created / 10 - 1, 1, buckets), 1);
  t.is(filedumpRow(buckets, 0), '"2023-11-14T22:13:10Z",5,24.02,0.1,4.9,2,2.5,3.39411\n');
});

const whole = goldens.find(({ id }) => id === "03_gauge_wraparound/wrap__g__10s")!.bytes;

test("a file that is cut off anywhere is refused", (t) => {
  const cut = fc.nat(whole.length - 1);
  property(t, [cut], (length) => isRefused(whole.subarray(0, length)));
});

test("bytes that are no StatFile are refused", (t) => {
  property(t, [fc.uint8Array({ maxLength: 1024 })], isRefused);
  t.true(isRefused(Buffer.alloc(100_000)));
});

test("a header of any numbers is refused, or what it says can be read", (t) => {
  const word = fc.oneof(
    fc.maxSafeInteger(),
    fc.integer({ min: -3, max: 600 }),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  );
  const field = fc.constantFrom(...Object.values(HEADER).filter((at) => at < HEADER.unit));
  const changes = fc.array(fc.tuple(field, word), { minLength: 1, maxLength: 4 });
  property(t, [changes], (list) => {
    const bytes = Buffer.from(whole);
    for (const [at, value] of list) {
      const big = BigInt.asIntN(64, BigInt(value));
      if (at < HEADER.pageBytes) bytes.writeInt32LE(Number(BigInt.asIntN(32, big)), at);
      else bytes.writeBigInt64LE(big, at);
    }
    try {
      const file = IstatdFile.of(bytes);
      return bucketsOf(file).known.length <= file.ring && [...filedumpRows(file)].length > 0;
    } catch (error) {
      return error instanceof ForeignFileError;
    }
  });
});

test("buckets of any bytes are current only at their own time", (t) => {
  const noise = fc.uint8Array({ minLength: 64 * 32, maxLength: 64 * 32 });
  property(t, [noise, fc.integer({ min: 189, max: 400 })], (bytes, place) => {
    const file = Buffer.from(whole);
    file.set(bytes, file.readInt32LE(HEADER.pageBytes) + place * 32);
    const read = IstatdFile.of(file);
    const { buckets, known } = bucketsOf(read);
    const { interval } = read.header;
    const first = read.reach[0] / interval;
    return known.every((i) => Math.floor(buckets.time[i]! / interval) === first + i);
  });
});

function isCurrentRow(row: string, file: IstatdFile): boolean {
  const time = Date.parse(row.slice(1, row.indexOf('"', 1))) / 1000;
  const [from, until] = file.reach;
  return time >= from && time < until;
}

function isRefused(bytes: Uint8Array): boolean {
  try {
    IstatdFile.of(bytes);
    return false;
  } catch (error) {
    if (error instanceof ForeignFileError) return true;
    throw error;
  }
}

test("a header is as long as istatd says", (t) => {
  t.is(Buffer.from(whole).readInt32LE(HEADER.headerBytes), HEADER_BYTES);
});
