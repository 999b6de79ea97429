import { StorageRules } from "../../src/model/schema.ts";
import { AnswerCache } from "../../src/query/answer-cache.ts";
import { Footprint, isUnchanged } from "../../src/query/footprint.ts";
import { StoreSource } from "../../src/query/store-source.ts";
import { TagIndex } from "../../src/query/tags/tag-index.ts";
import { FileRanges } from "../../src/query/watched-cache.ts";
import { GAUGE, type Mode, REPLACE } from "../../src/storage/plan.ts";
import { randomOf, SimulatedFiles } from "../storage/simulated-files.ts";
import { StoreHarness } from "../storage/store-harness.ts";

interface Question {
  pattern: string;
  from: number;
  until: number;
}

const KINDS: readonly { step: number; mode: Mode }[] = [
  { step: 10, mode: REPLACE },
  { step: 10, mode: GAUGE },
  { step: 5, mode: REPLACE },
  { step: 60, mode: REPLACE },
  { step: 3600, mode: REPLACE },
];

export interface CacheRun {
  /** What a cached answer had otherwise than a fresh one; null when they always agreed. */
  problem: string | null;
  hits: number;
  stale: number;
  asked: number;
}

/**
 * A store that gets punctual, late and early datapoints, new series and new plans, that loses series,
 * seals and merges, whose clock runs, jumps ahead and jumps back; and questions about it, new ones and old
 * ones. Whenever the cache has an answer it must be the one that the store gives.
 */
export async function simulateCache(seed: number, steps: number): Promise<CacheRun> {
  const random = randomOf(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  let wall = 1_700_000_000_000 + below(86_400_000);
  let monotonic = 0;
  const clock = { wallMs: () => wall, monotonicMs: () => monotonic };
  const files = new SimulatedFiles(seed);
  const store = new StoreHarness({ clock, files }, "data", {
    pages: 2048,
    options: { maxStrays: 300, strayAgeSeconds: 600, rotateBytes: 50_000 },
  });
  const seconds = (): number => Math.floor(wall / 1000);
  const source = new StoreSource(
    store.names,
    TagIndex.own(store.names),
    store.reader,
    new StorageRules(null, null),
  );
  const cache = new AnswerCache(1 << 22, (dependencies) =>
    isUnchanged(dependencies, store.view, store.names, wall / 1000),
  );
  const ranges = new FileRanges();
  store.onFiles = (news) => cache.filesChanged(ranges.changesOf(news));

  const planOf = (kind: (typeof KINDS)[number], longer = 0): number =>
    store.writer.planNumber({
      mode: kind.mode,
      tiers: [
        { step: kind.step, retention: 7200 + longer, lambda: 0 },
        { step: kind.step * 6, retention: 43_200 + longer, lambda: 0 },
        { step: kind.step * 60, retention: 20 * 86_400, lambda: 0 },
      ],
    });
  const paths: string[] = [];
  let created = 0;
  const send = (): void => {
    if (paths.length === 0 || (paths.length < 40 && random() < 0.003)) {
      const kind = below(KINDS.length);
      const path = `s${below(4)}.k${kind}.n${created++}`;
      store.writer.createSeries(path, planOf(KINDS[kind]!));
      paths.push(path);
    }
    const series = store.names.seriesAt(paths[below(paths.length)]!);
    let time = seconds() - below(30);
    const roll = random();
    if (roll < 0.004) time = seconds() - below(10_000);
    else if (roll < 0.006) time = seconds() + below(2000);
    const value = below(1000) / 8;
    store.writer.point(series, time, value, 0, -1);
  };

  const answer = async ({ pattern, from, until }: Question) => {
    source.footprint = new Footprint(
      store.view,
      store.names.version,
      store.files.version,
      wall / 1000,
    );
    const nodes = await source.find(pattern, null, 1000);
    const leaves = nodes.filter(({ isLeaf }) => isLeaf);
    const fetched = await source.fetch(leaves, { from, until, now: seconds() }, 1e7);
    const text = JSON.stringify(fetched.map((one) => ({ ...one, values: [...one.values] })));
    const body = Buffer.from(text);
    const { dependencies } = source.footprint;
    return { body, text, dependencies };
  };

  const questions: Question[] = [];
  const run: CacheRun = { problem: null, hits: 0, stale: 0, asked: 0 };
  const ask = async (): Promise<void> => {
    if (questions.length < 30 || random() < 0.05) {
      const until = seconds() - below(12_000) + 1000;
      questions.push({
        pattern: ["s0.*.*", "s1.k0.*", "*.k1.*", "*.*.n3", "s2.k4.*"][below(5)]!,
        from: until - 60 - below(9000),
        until,
      });
      if (questions.length > 40) questions.shift();
    }
    const question = questions[below(questions.length)]!;
    const key = JSON.stringify(question);
    const { epoch } = cache;
    const cached = cache.get(key);
    const { body, text, dependencies } = await answer(question);
    run.asked++;
    if (cached !== null && Buffer.from(cached.answer.body).toString() !== text) {
      run.problem ??= `seed ${seed}: ${key} at ${seconds()}\n${text}\nand not\n${Buffer.from(cached.answer.body).toString()}`;
    }
    if (cached !== null || dependencies === null) return;
    const head = { status: 200, contentType: "application/json", headers: {}, problems: [] };
    cache.set(key, { ...head, body }, dependencies, epoch);
  };

  for (let step = 0; step < steps && run.problem === null; step++) {
    const roll = random();
    if (roll < 0.5) for (let n = below(20); n >= 0; n--) send();
    else if (roll < 0.8) await ask();
    else if (roll < 0.9) store.writer.tick();
    else if (roll < 0.96) {
      store.writeFrame();
      store.sync();
      if (store.sealer.step() === "idle") store.mergeStep();
    } else if (roll < 0.962) store.settle();
    else if (roll < 0.965 && paths.length > 0) {
      const path = paths[below(paths.length)]!;
      const kind = KINDS[Number(/k(\d)/.exec(path)![1])]!;
      const plan = planOf(kind, below(2) * 3600);
      store.writer.changePlan(store.names.seriesAt(path), plan, random() < 0.3);
    } else if (roll < 0.966 && paths.length > 10) {
      const [path] = paths.splice(below(paths.length), 1);
      store.writer.deleteSeries([store.names.seriesAt(path!)]);
    }
    const passed = random() < 0.01 ? below(400_000) : below(1000);
    wall += passed;
    monotonic += passed;
    if (random() < 0.001) wall += below(2) === 0 ? below(3_000_000) : -below(1_500_000);
    while (store.frames.length > 0 && store.writer.isFull) {
      store.writeFrame();
      store.sync();
    }
  }
  return { ...run, hits: cache.hits, stale: cache.stale };
}
