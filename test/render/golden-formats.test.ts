import test from "ava";
import type { FastifyInstance } from "fastify";
import { Parser } from "pickleparser";
import { pino } from "pino";
import { functionNames } from "../../src/functions/index.ts";
import { buildServer } from "../../src/http/server.ts";
import { runJob } from "../../src/query/run-job.ts";
import { noDeletes } from "../http/store-deletes.ts";
import { testDocuments } from "../http/test-documents.ts";
import { type GoldenRequest, goldenApi } from "./golden.ts";
import { GOLDEN_LIMITS, loadGoldenStore } from "./golden-store.ts";
import { decodeMsgpack } from "./msgpack.ts";

/** Where we answer otherwise on purpose; docs/differences.md says the same in full. */
const DIFFERENT: Record<string, string> = {
  a0341: "an infinity is null in JSON",
  a0342: "what is not a number is a gap, and not nan",
  a0343: "what is not a number is a gap, and not nan",
};

/** Graphite's API over the golden data set. */
async function server(): Promise<FastifyInstance> {
  const { source } = loadGoldenStore();
  return buildServer({
    queries: { run: (job) => runJob(job, source, "UTC", GOLDEN_LIMITS) },
    health: () => ({ isReady: true, state: "ready", degraded: [], version: "x", details: {} }),
    documents: () => testDocuments(),
    deletes: noDeletes,
    timeZone: "UTC",
    selfMetrics: () => "",
    diskSpace: async () => ({ freeBytes: 0, totalBytes: 0 }),
    log: pino({ level: "silent" }),
  });
}

/** Blanks between values and the spelling of numbers do not count. */
function plainJson(text: string): string {
  return text.replace(
    /("(?:[^"\\]|\\.)*")|\s+|-?\d[\d.e+-]*/g,
    (found, string: string | undefined) =>
      string ?? (found.trim() === "" ? "" : String(Number(found))),
  );
}

function sameText(contentType: string, expected: string, got: string): boolean {
  if (contentType === "application/json" || contentType === "text/javascript")
    return plainJson(expected) === plainJson(got);
  return expected === got;
}

function bodyOf({ decode }: GoldenRequest, payload: Buffer): unknown {
  if (decode === "msgpack") return decodeMsgpack(payload);
  if (decode === "pickle") return new Parser().parse(payload);
  return JSON.parse(payload.toString());
}

function without(body: unknown, ignore: readonly string[] = []): unknown {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return body;
  return Object.fromEntries(Object.entries(body).filter(([key]) => !ignore.includes(key)));
}

test("every format answers as Graphite's does", async (t) => {
  const app = await server();
  let compared = 0;
  for (const item of goldenApi()) {
    const { id, fn, path, query, expect } = item;
    if (!fn.startsWith("format.")) continue;
    const answer = await app.inject({ url: `${path}?${new URLSearchParams(query)}` });
    // Where Graphite crashes, an error or the data that were meant are both fine.
    if (expect.status >= 500) {
      t.true(answer.statusCode <= 400, id);
      continue;
    }
    compared++;
    t.is(answer.statusCode, expect.status, `${id} ${answer.body}`);
    const contentType = String(answer.headers["content-type"]).split(";")[0]!;
    t.is(contentType, expect.ctype ?? "", id);
    if (expect.status !== 200) {
      t.regex(answer.body, /^Invalid parameters \(.*\)$/, id);
      continue;
    }
    const isSame =
      expect.text === undefined
        ? t.deepEqual(bodyOf(item, answer.rawPayload), expect.body, id)
        : sameText(contentType, expect.text, answer.body);
    if (id in DIFFERENT) t.false(isSame, `${id} is no longer different: ${DIFFERENT[id]}`);
    else t.true(isSame, `${id} ${fn}: ${answer.body}`);
  }
  t.true(compared >= 30, `only ${compared} answers were compared`);
});

/** Published otherwise than by Graphite. */
test("/functions publishes what Graphite's does", async (t) => {
  const app = await server();
  const known = new Set([...functionNames(), "nosuch"]);
  let compared = 0;
  for (const { id, fn, path, query, expect, ignore } of goldenApi()) {
    if (!fn.startsWith("functions.")) continue;
    const name = path.split("/").at(-1)!;
    if (!known.has(name) && fn !== "functions.pie") continue;
    const answer = await app.inject({ url: `${path}?${new URLSearchParams(query)}` });
    compared++;
    t.is(answer.statusCode, expect.status, id);
    t.is(answer.headers["content-type"], expect.ctype, id);
    if (expect.status !== 200) continue;
    const got = without(JSON.parse(answer.body), ignore);
    const expected = without(expect.body, ignore);
    t.deepEqual(got, expected, name);
  }
  t.true(compared > 20, `only ${compared} answers were compared`);
});
