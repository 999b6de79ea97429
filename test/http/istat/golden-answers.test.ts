import { existsSync, readdirSync } from "node:fs";
import test from "ava";
import { type Exchange, exchangesOf, siteOf } from "./istat-site.ts";

/**
 * What a running istatd 1.08 has answered, and what we answer to the same after the same lines. Where
 * we answer otherwise on purpose, docs/differences.md says why; then it is checked what we say.
 */

/** istatd's own numbers are single floats, and of six digits in multi-get and CSV. */
const TOLERANCE = 1e-5;

interface Bucket {
  time: number;
  count: number;
  sum: number;
  sumsq: number;
  min: number;
  max: number;
  avg: number;
  sdev: number;
}

interface Counter {
  start: number;
  end: number;
  interval: number;
  buckets: Bucket[];
}

/** Lines that istatd refused and we take: late events, and events after a flush. */
const REFUSED_THERE: Record<string, RegExp> = {
  "08_event_basic": / (1699999980|1700000041) 99$/,
};

/** Names in which empty nodes vanish: what istatd lists, and what we do instead. */
const PLAIN_NAMES: Record<string, { gone: string[]; instead: string[] }> = {
  "15_caret_names": { gone: [], instead: ["c5a 1", "c5b 1"] },
  "16_name_munging": { gone: [".lead 0", "trail 2", "trail. 0"], instead: ["lead 0", "trail 0"] },
};

/** `TIME count sum` of the buckets that are expected instead, by URL or by position in the file. */
const OTHERWISE: Record<string, Record<string, string[]>> = {
  // A sample from before the first one of a counter erased the bucket of the first one.
  "01_gauge_basic": {
    "/app.load?start=1699999800&end=1700000040": [
      "1699999900 1 7",
      "1699999950 4 10",
      "1699999990 1 0.1",
      "1700000000 2 3.5",
      "1700000030 1 3",
    ],
    "/app.load?start=1699999800&end=1700000040&samples=5": [
      "1699999860 1 7",
      "1699999920 4 10",
      "1699999980 4 6.6",
    ],
    "/app.load?start=1699999800&end=1700000040&samples=1": ["1699999680 9 23.6"],
    "/app.load": [
      "1699999900 1 7",
      "1699999950 4 10",
      "1699999990 1 0.1",
      "1700000000 2 3.5",
      "1700000030 1 3",
    ],
    "/APP.Load?start=1699999995&end=1700000001": ["1699999990 1 0.1", "1700000000 2 3.5"],
  },
  "05_gauge_backfill_before_creation": {
    "/back.g?start=1699994800&end=1700000020&samples=0": [
      "1699999970 1 4",
      "1699999980 1 3",
      "1699999990 2 3",
      "1700000000 1 5",
    ],
    "/back.g?start=1699999940&end=1700000020": [
      "1699999970 1 4",
      "1699999980 1 3",
      "1699999990 2 3",
      "1700000000 1 5",
    ],
  },
  // Nothing was found where no file reached back, although there were data.
  "02_gauge_three_levels": {
    "/web.rt?start=1699800000&end=1700001200": [
      "1699999800 5 97",
      "1700000100 15 329",
      "1700000400 15 294",
      "1700000700 15 328",
      "1700001000 10 212",
    ],
  },
  // The level is not chosen by when the counter was written last: here it had nothing in the range.
  "21_sparse_gauge_level_choice": {
    "/sp.a?start=1699999100&end=1700000000": [],
    "/sp.a?start=1699998810&end=1700000000": [],
  },
  // Events are seen at once.
  "09_event_before_flush_in_memory_view": {
    "/pw?start=1699999970&end=1700000030": [
      "1699999970 1 0",
      "1699999980 1 0",
      "1699999990 1 0",
      "1700000000 1 0.7",
      "1700000010 1 0",
      "1700000020 1 0",
    ],
  },
  // A trailing level is made of what was received, not of what was flushed.
  "14_trailing_event": {
    "/tr.e?trailing=1&start=1700000500&end=1700000600": Array.from(
      { length: 10 },
      (_, i) => `${1_700_000_500 + i * 10} 1 1.5`,
    ),
  },
};

/** Whole fixtures whose answers cannot be compared, each with the test that stands in for it. */
const ELSEWHERE: Record<string, string> = {
  "03_gauge_wraparound": "retention is what was written, not what fills whole pages",
  "06_gauge_number_forms": "numbers are doubles",
  "10_event_after_admin_flush_lost": "no event is lost at a flush",
  "23_settings_store": "settings",
  "24_http_errors_and_headers": "errors have istatd's words",
  "32_name_patterns": "names",
};

for (const fixture of readdirSync("test/fixtures/istatd").sort()) {
  // Some fixtures are about files, or about another port.
  if (!existsSync(`test/fixtures/istatd/${fixture}/http.json`)) continue;
  if (ELSEWHERE[fixture] !== undefined) continue;
  test(`${fixture} is answered as istatd does`, async (t) => {
    const site = await siteOf(fixture, REFUSED_THERE[fixture]);
    for (const exchange of exchangesOf(fixture)) {
      const { method, url, request_body: body, status_line } = exchange;
      const payload = body === null ? {} : { payload: JSON.stringify(body) };
      const answer = await site.app.inject({ method: method as "GET", url, ...payload });
      const otherwise = OTHERWISE[fixture]?.[url];
      if (otherwise !== undefined) {
        const { buckets } = JSON.parse(answer.body) as {
          buckets: { time: number; data: Bucket }[];
        };
        t.deepEqual(
          buckets.map(({ time, data }) => `${time} ${data.count} ${round(data.sum)}`),
          otherwise,
          url,
        );
      } else if (url.startsWith("/?q=")) {
        const { gone, instead } = PLAIN_NAMES[fixture] ?? { gone: [], instead: [] };
        const expected = namesOf(exchange.body).filter((name) => !gone.includes(name));
        t.deepEqual(namesOf(answer.body), [...expected, ...instead].sort(), url);
      } else if (isPartOfOtherwise(fixture, exchange)) {
        t.is(answer.statusCode, 200);
      } else if (
        / 404 /.test(status_line ?? "") ||
        url === "/p.a?start=1700000000&end=1700000010"
      ) {
        // A parent without data is no counter.
        t.is(answer.statusCode, 404);
      } else {
        t.is(answer.statusCode, 200, url);
        compare(t.true.bind(t), exchange, answer.body);
      }
    }
    await site.app.close();
  });
}

/** Multi-gets and CSV of counters whose buckets were compared with what is expected instead. */
function isPartOfOtherwise(fixture: string, { method, url }: Exchange): boolean {
  return fixture === "01_gauge_basic" && (method === "POST" || url.includes("format=csv"));
}

const round = (value: number): number => Number(value.toPrecision(12));

function compare(
  check: (holds: boolean, message: string) => unknown,
  { url, body }: Exchange,
  got: string,
): void {
  const expected = countersOf(body);
  const ours = countersOf(got);
  check(
    JSON.stringify([...ours.keys()]) === JSON.stringify([...expected.keys()]),
    `${url}: ${[...ours.keys()]}`,
  );
  for (const [key, counter] of expected) {
    const difference = differenceOf(counter, ours.get(key)!);
    check(difference === null, `${url} ${key}: ${difference}`);
  }
}

/** `NAME TYPE` of a listing, sorted; istatd's own counters are none of ours. */
function namesOf(text: string): string[] {
  const { matching_names: names } = JSON.parse(text) as {
    matching_names: { name: string; type: number; is_leaf: boolean }[];
  };
  return names
    .filter(({ name }) => !/^istatd(\.|$)/.test(name))
    .map(
      ({ name, type, is_leaf: isLeaf }) => `${name} ${type}${isLeaf === (type === 2) ? "!" : ""}`,
    )
    .sort();
}

function countersOf(text: string): Map<string, Counter | string> {
  const body = JSON.parse(text) as Record<string, unknown>;
  const counters = new Map<string, Counter | string>();
  if (Array.isArray(body.buckets)) {
    const { start, end, interval } = body as unknown as Counter;
    const rows = body.buckets as { time: number; data: Omit<Bucket, "time"> }[];
    const buckets = rows.map(({ time, data }) => ({ time, ...data }));
    counters.set("", { start, end, interval, buckets });
    return counters;
  }
  for (const [key, value] of Object.entries(body)) {
    if (typeof value === "string") counters.set(key, value);
    if (typeof value !== "object" || value === null) continue;
    const { start, end, interval, data } = value as Counter & { data: (Bucket | number[])[] };
    const buckets = data.map((row) => (Array.isArray(row) ? fromCompact(row) : row));
    counters.set(key, { start, end, interval, buckets });
  }
  return counters;
}

function fromCompact(row: number[]): Bucket {
  const [time, count, min, max, sum, sumsq, avg, sdev] = row as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return { time, count, min, max, sum, sumsq, avg, sdev };
}

function differenceOf(expected: Counter | string, ours: Counter | string): string | null {
  if (typeof expected === "string" || typeof ours === "string") {
    return expected === ours ? null : `${JSON.stringify(ours)}`;
  }
  for (const edge of ["start", "end", "interval"] as const) {
    if (expected[edge] !== ours[edge]) return `${edge} ${ours[edge]}, not ${expected[edge]}`;
  }
  // istatd begins with a bucket of time 0 where a range begins without data.
  const wanted = expected.buckets.filter(({ time }) => time !== 0);
  if (wanted.length !== ours.buckets.length) {
    return `${ours.buckets.length} buckets, not ${wanted.length}`;
  }
  for (const [i, bucket] of wanted.entries()) {
    const own = ours.buckets[i]!;
    for (const field of Object.keys(bucket) as (keyof Bucket)[]) {
      // How many zeros an idle bucket is made of is 0, 1 or all of them in istatd.
      if (field === "count" && bucket.sum === 0 && bucket.max === 0 && bucket.min === 0) continue;
      if (!isNear(bucket[field], own[field])) {
        return `${bucket.time} ${field} ${own[field]}, not ${bucket[field]}`;
      }
    }
  }
  return null;
}

function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) <= TOLERANCE * Math.max(Math.abs(a), Math.abs(b));
}
