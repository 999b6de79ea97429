import test, { type ExecutionContext } from "ava";
import type { FastifyInstance } from "fastify";
import { Parser } from "pickleparser";
import { pino } from "pino";
import { buildServer } from "../../src/http/server.ts";
import { runJob } from "../../src/query/run-job.ts";
import { type GoldenRequest, goldenApi } from "../render/golden.ts";
import { GOLDEN_LIMITS, loadGoldenStore } from "../render/golden-store.ts";
import { decodeMsgpack } from "../render/msgpack.ts";
import { form } from "./small-server.ts";
import { storeDeletes } from "./store-deletes.ts";
import { testDocuments } from "./test-documents.ts";

/** Where we answer otherwise on purpose; docs/differences.md says the same in full. */
const DIFFERENT: Record<string, string> = {
  a0020: "a name that is leaf and branch is both",
  a0032: "a name that is leaf and branch is both",
  a0046: "** as the first node works",
  a0047: "** as the first node works",
  a0099: "isLeaf is there too",
  a0110: "isLeaf is there too",
  a0111: "isLeaf is there too",
  a0122: "isLeaf is there too",
};

/** Graphite's API over the golden data set, where everybody may do everything, as there. */
async function server(): Promise<FastifyInstance> {
  const { source, store } = loadGoldenStore();
  const anonymous = { name: "anybody", role: "admin" } as const;
  return buildServer(
    {
      queries: { run: (job) => runJob(job, source, "UTC", GOLDEN_LIMITS) },
      health: () => ({ isReady: true, state: "ready", degraded: [], version: "x", details: {} }),
      documents: () => testDocuments(),
      deletes: () => storeDeletes(store, source),
      timeZone: "UTC",
      selfMetrics: () => "",
      diskSpace: async () => ({ freeBytes: 0, totalBytes: 0 }),
      log: pino({ level: "silent" }),
    },
    { access: { anonymous, authenticate: async () => null } },
  );
}

async function replay(t: ExecutionContext, families: RegExp): Promise<number> {
  const app = await server();
  const items = goldenApi().filter(({ fn }) => families.test(fn));
  items.sort((a, b) => (a.seq ?? 0) - (b.seq ?? 0));
  for (const item of items) {
    const problem = await compare(app, item);
    const { id, fn, query } = item;
    if (id in DIFFERENT) t.not(problem, null, `${id} is no longer different: ${DIFFERENT[id]}`);
    else t.is(problem, null, `${id} ${fn} ${JSON.stringify(query)}`);
  }
  return items.length;
}

/** What our answer and Graphite's disagree in, or null. */
async function compare(app: FastifyInstance, item: GoldenRequest): Promise<string | null> {
  const { method, path, query, expect } = item;
  const parameters = new URLSearchParams(query).toString();
  const answer = await app.inject(
    method === "POST" ? { url: path, ...form(parameters) } : { url: `${path}?${parameters}` },
  );
  const { statusCode, headers, body, rawPayload } = answer;
  // Where Graphite crashes the mistake is the caller's, too.
  if (expect.status >= 400) {
    return statusCode >= 400 && statusCode < 500 ? null : `${statusCode} ${body}`;
  }
  if (statusCode !== expect.status) return `${statusCode} ${body}`;
  const contentType = String(headers["content-type"]).split(";")[0]!;
  if (contentType !== expect.ctype) return `${contentType} instead of ${expect.ctype}`;
  const expected = expect.text ?? canonical(expect.body, item);
  const got = expect.text === undefined ? canonical(bodyOf(item, rawPayload), item) : body;
  return expected === got ? null : `${got} instead of ${expected}`;
}

function bodyOf({ decode }: GoldenRequest, payload: Buffer): unknown {
  if (decode === "msgpack") return decodeMsgpack(payload);
  if (decode === "pickle") return new Parser().parse(payload);
  return JSON.parse(payload.toString());
}

/** Text that is the same for bodies that count as the same. */
function canonical(value: unknown, item: GoldenRequest): string {
  if (Array.isArray(value)) {
    const parts = value.map((one) => canonical(one, item));
    return `[${(item.unordered === true ? parts.sort() : parts).join()}]`;
  }
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).filter(([key]) => !item.ignore?.includes(key));
  return `{${fields.map(([key, one]) => `${key}:${canonical(one, item)}`).sort()}}`;
}

test("find and expand answer as Graphite's do, in every format", async (t) => {
  t.true((await replay(t, /^(find\.|expand)/)) >= 75);
});

test("tags are found, listed and completed as Graphite's are", async (t) => {
  t.true((await replay(t, /^tags\./)) >= 47);
});
