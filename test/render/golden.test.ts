import test, { type ExecutionContext } from "ava";
import { functionNames } from "../../src/functions/index.ts";
import { runJob } from "../../src/query/run-job.ts";
import type { StoreSource } from "../../src/query/store-source.ts";
import { difference, type GoldenRender, goldenRenders } from "./golden.ts";
import { GOLDEN_LIMITS, loadGoldenStore } from "./golden-store.ts";

/** Where we answer otherwise on purpose; docs/differences.md says the same in full. */
const DIFFERENT: Record<string, string> = {
  r0016: "** as the first node works",
  r0305: "seriesByTag without quotes is an error, not an empty answer",
  r1166: "movingAverage over mixed steps keeps the times of the finer series",
  r1172: "a window of 2.5 points is an error",
  r1178: "movingAverage of a constantLine is drawn",
  r1303: "total= may be given by name",
  r0239: "a path may begin with the word true",
  r0142: "a call that cannot be parsed is an error",
  r0155: "a call that cannot be parsed is an error",
  r0200: "a call that cannot be parsed is an error",
  r0248: "a call that cannot be parsed is an error",
  r1307: "a call that cannot be parsed is an error",
  r1316: "a call that cannot be parsed is an error",
};

/** Hanging or wrong answers, and answers that depend on the clock. */
const SKIPPED = new Set(["now", "hang", "bug"]);

function isKnown(item: GoldenRender): boolean {
  const known = new Set([...functionNames(), "template"]);
  return item.targets.every((target) =>
    [...target.replace(/"[^"]*"|'[^']*'/g, "").matchAll(/([A-Za-z_]\w*)\s*\(/g)].every(([, name]) =>
      known.has(name!),
    ),
  );
}

async function ask(item: GoldenRender, source: StoreSource): Promise<string | null> {
  const { expect, params, targets } = item;
  const variables: Record<string, string> = {};
  for (const [key, value] of Object.entries(params)) {
    const match = /^template\[(\w+)\]$/.exec(key);
    if (match !== null) variables[match[1]!] = value;
  }
  let status = 0;
  let body = "";
  try {
    const answer = await runJob(
      {
        kind: "render",
        targets,
        from: params.from,
        until: params.until,
        now: params.now,
        tz: params.tz,
        format: "json",
        maxDataPoints: /^\d+$/.test(params.maxDataPoints ?? "")
          ? Number(params.maxDataPoints) || undefined
          : undefined,
        noNullPoints: params.noNullPoints !== undefined,
        xFilesFactor: params.xFilesFactor === undefined ? undefined : Number(params.xFilesFactor),
        variables,
      },
      source,
      "UTC",
      GOLDEN_LIMITS,
    );
    status = answer.status;
    body = Buffer.from(answer.body).toString();
  } catch {
    status = 400;
  }
  // Where Graphite crashes, an error or the data that were meant are both fine.
  if (expect.status >= 500) return null;
  if (expect.status >= 400) return status >= 400 ? null : `${status} instead of ${expect.status}`;
  if (status !== 200) return `${status} ${body}`;
  return difference(expect.series ?? [], JSON.parse(body), item.tag === "random");
}

async function replay(t: ExecutionContext, source: StoreSource): Promise<void> {
  let compared = 0;
  for (const item of goldenRenders()) {
    if (SKIPPED.has(item.tag ?? "") || !isKnown(item)) continue;
    const problem = await ask(item, source);
    compared++;
    if (item.id in DIFFERENT)
      t.not(problem, null, `${item.id} is no longer different: ${DIFFERENT[item.id]}`);
    else t.is(problem, null, `${item.id} ${item.targets.join(" ")}`);
  }
  t.true(compared > 350, `only ${compared} requests were compared`);
}

test("late data answer as Graphite's do while they are in memory", async (t) => {
  const { source } = loadGoldenStore();
  await replay(t, source);
});

test("and when they are in StatFiles, after a restart too", async (t) => {
  const { store, source } = loadGoldenStore();
  store.writer.freezeStrays();
  store.settle();
  t.is(store.writer.head.strays.count, 0);
  t.true([...store.recovered.manifest.files].length > 3);
  await replay(t, source);
});
