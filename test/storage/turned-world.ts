import type { Environment } from "../../src/storage/environment.ts";
import type { FileEntry } from "../../src/storage/manifest.ts";
import type { Plan } from "../../src/storage/plan.ts";
import { SimulatedFiles } from "./simulated-files.ts";
import { StoreHarness } from "./store-harness.ts";

/** 2023-11-15 00:00 UTC. */
export const START = 1_700_006_400;

/** Seconds that go by before everything that is due is done again. */
const SETTLE_SECONDS = 300;

/** A store on a simulated disk, under a clock that is turned by hand. */
export class TurnedWorld {
  /** The time. */
  seconds = START;
  files = new SimulatedFiles(1);
  store: StoreHarness;

  constructor() {
    this.store = this.open();
  }

  get environment(): Environment {
    const ms = (): number => this.seconds * 1000;
    return { clock: { wallMs: ms, monotonicMs: ms }, files: this.files };
  }

  open(): StoreHarness {
    return new StoreHarness(this.environment, "data", { pages: 2048, ringBytes: 8 << 20 });
  }

  /** The process is killed, or the power goes: what was not synced may be lost then. */
  restart(kind: "kill" | "power" = "power"): void {
    this.files = this.files.crash(kind, 1);
    this.store = this.open();
  }

  /** The series of a path, made with a plan if there is none. */
  seriesOf(path: string, plan: Plan): number {
    const known = this.store.names.seriesAt(path);
    if (known >= 0) return known;
    return this.store.writer.createSeries(path, this.store.writer.planNumber(plan));
  }

  put(series: number, time: number, value: number): void {
    const refusal = this.store.writer.point(series, time, value, 0, -1);
    if (refusal !== null) throw new Error(refusal);
  }

  /** Lets time go by without data. */
  wait(seconds: number): void {
    const end = this.seconds + seconds;
    while (this.seconds < end) {
      this.seconds = Math.min(end, this.seconds + SETTLE_SECONDS);
      this.store.settle();
    }
  }

  /** StatFiles that count. */
  get entries(): FileEntry[] {
    return [...this.store.recovered.manifest.files];
  }
}
