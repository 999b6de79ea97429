import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { emptyBucket } from "../../../src/storage/bucket.ts";
import { headerLine, transactionLine } from "../../../src/storage/documents/format.ts";
import { nodeFiles } from "../../../src/storage/node-files.ts";
import { EVENT, GAUGE, type Mode, type Plan, REPLACE } from "../../../src/storage/plan.ts";
import { StoreHarness } from "../store-harness.ts";

const HOUR = 3600;
const DAY = 86_400;
/** 2023-11-15 00:00 UTC. */
export const START = 1_700_006_400;

const plan = (mode: Mode, ...tiers: [step: number, retention: number][]): Plan => ({
  mode,
  tiers: tiers.map(([step, retention]) => ({ step, retention, lambda: 0 })),
});

/** Plans of the sample store: carbon's, istat's two, and one of a long step. */
export const PLANS = {
  load: plan(REPLACE, [60, 30 * DAY], [600, 100 * DAY]),
  gauge: plan(GAUGE, [60, 30 * DAY], [600, 100 * DAY]),
  event: plan(EVENT, [60, 30 * DAY]),
  hourly: plan(REPLACE, [HOUR, 400 * DAY]),
};

/** Three were put, one was changed and one removed. */
const DOCUMENTS = Buffer.concat([
  headerLine("events"),
  transactionLine([{ key: "1", value: { what: "deploy" } }]),
  transactionLine([
    { key: "2", value: { what: "outage" } },
    { key: "3", value: "x" },
  ]),
  transactionLine([
    { key: "1", value: { what: "deploy 2" } },
    { key: "3", value: null },
  ]),
]);

/**
 * A store on the disk as a few hours of operation leave it: merged and rolled-up StatFiles, windows
 * and strays in files of their own, and a log with what is not sealed yet. The clock is turned by
 * hand.
 */
export class SampleStore {
  seconds = START;
  readonly folder: string;
  readonly store: StoreHarness;

  constructor(folder: string) {
    this.folder = folder;
    const ms = (): number => this.seconds * 1000;
    const clock = { wallMs: ms, monotonicMs: ms };
    // Nobody pulls the plug here, and syncs are what takes time.
    const files = { ...nodeFiles, fdatasync: () => {}, syncFolder: () => {} };
    this.store = new StoreHarness({ clock, files }, folder, { ringBytes: 8 << 20 });
  }

  series(path: string, ofPlan: Plan): number {
    const { names, writer } = this.store;
    const known = names.seriesAt(path);
    return known >= 0 ? known : writer.createSeries(path, writer.planNumber(ofPlan));
  }

  put(series: number, time: number, value: number): void {
    const refusal = this.store.writer.point(series, time, value, 0, -1);
    if (refusal !== null) throw new Error(refusal);
  }

  /** Sends values while time goes on. */
  run(seconds: number): void {
    const load = ["a", "b", "c"].map((name) => this.series(`web.${name}.load`, PLANS.load));
    const users = this.series("web.users;zone=eu", PLANS.gauge);
    const hits = this.series("web.hits", PLANS.event);
    const daily = this.series("web.backup", PLANS.hourly);
    const end = this.seconds + seconds;
    while (this.seconds < end) {
      const minute = this.seconds / 60;
      for (const [i, series] of load.entries()) this.put(series, this.seconds, wave(minute + i));
      this.put(users, this.seconds, minute % 7);
      const bucket = { ...emptyBucket(), count: 3, slots: 1, sum: 6.5, min: 1, max: 4, last: 1.5 };
      this.store.writer.bucketSample(users, this.seconds + 5, { ...bucket, m2: 5.1 });
      if (minute % 3 === 0) this.put(hits, this.seconds, 120);
      if (minute % 60 === 0) this.put(daily, this.seconds, minute);
      this.seconds += 60;
      if (minute % 5 === 0) this.store.settle();
    }
  }

  wait(seconds: number): void {
    const end = this.seconds + seconds;
    while (this.seconds < end) {
      this.seconds = Math.min(end, this.seconds + 300);
      this.store.settle();
    }
  }

  /** Everything that operation leaves behind. */
  fill(): void {
    this.run(3 * HOUR);
    this.wait(24 * HOUR);
    this.run(HOUR);
    const late = this.series("web.a.load", PLANS.load);
    this.put(late, START + 120, 1000);
    this.store.writer.freezeStrays();
    this.store.settle();
    this.series("new.name", PLANS.load);
    this.run(5 * 60);
    this.put(late, START + 180, 1000);
    this.finish();
    mkdirSync(join(this.folder, "documents"));
    writeFileSync(join(this.folder, "documents/events"), DOCUMENTS);
  }

  /** Writes all that waits, as a server that ends does; nothing more is sealed. */
  finish(): void {
    this.store.writer.flushCatalogue();
    this.store.writer.flush();
    while (this.store.writeFrame());
    this.store.sync();
    this.store.merger.close();
    this.store.files.close();
  }
}

function wave(minute: number): number {
  return Math.round(Math.sin(minute / 17) * 1000) / 10;
}

/** Every path below a folder with a digest of what is in it, so that any change shows. */
export function digestOf(folder: string): Record<string, string> {
  const digests: Record<string, string> = {};
  const visit = (path: string): void => {
    for (const name of readdirSync(join(folder, path)).sort()) {
      const below = path === "" ? name : `${path}/${name}`;
      const stat = statSync(join(folder, below));
      if (stat.isDirectory()) {
        digests[`${below}/`] = "";
        visit(below);
      } else {
        const bytes = readFileSync(join(folder, below));
        digests[below] = `${stat.mtimeMs} ${createHash("sha256").update(bytes).digest("hex")}`;
      }
    }
  };
  visit("");
  return digests;
}
