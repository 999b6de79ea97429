import { loadRules, type RuleFiles } from "../../src/config/rules.ts";
import { Intake } from "../../src/ingest/intake.ts";
import { RefusalLog } from "../../src/ingest/refusal-log.ts";
import { parseIstatRetention } from "../../src/model/retention.ts";
import { SimulatedFiles } from "../storage/simulated-files.ts";
import { StoreHarness } from "../storage/store-harness.ts";

export const NOW = 1_700_000_100;
const NO_FILES: RuleFiles = {
  schemas: null,
  aggregation: null,
  whitelist: null,
  blacklist: null,
  quotas: null,
};

/** Decoders, names and sinks over a whole store in one thread, at the second NOW or by a clock. */
export class IngestHarness {
  readonly files: SimulatedFiles;
  readonly store: StoreHarness;
  readonly refusals = new RefusalLog(() => {});
  readonly intake: Intake;
  readonly #now: () => number;

  constructor(
    {
      rollUp = 0,
      ...options
    }: { maxSeries?: number; pages?: number; ringBytes?: number; rollUp?: number } = {},
    files: Partial<RuleFiles> = {},
    disk = new SimulatedFiles(1),
    now: () => number = () => NOW,
  ) {
    this.files = disk;
    this.#now = now;
    const clock = { wallMs: () => now() * 1000, monotonicMs: () => now() * 1000 };
    this.store = new StoreHarness({ clock, files: disk }, "data", options);
    this.intake = new Intake(
      this.store.writer,
      this.store.view.series,
      this.store.names,
      loadRules({ ...NO_FILES, ...files }),
      { retention: parseIstatRetention("10s:10d"), rollUp },
      this.refusals,
      now,
    );
  }

  carbon(text: string): void {
    this.intake.newPlaintext().push(Buffer.from(text));
  }

  istat(text: string): void {
    this.intake.newIstat().push(Buffer.from(text));
  }

  /** A pickle of one datapoint, as Python's protocol 0 writes it. */
  pickle(name: string, time: number, value: number): void {
    const pickle = Buffer.from(`(l(S'${name}'\n(L${time}L\nF${value}\ntta.`);
    const frame = Buffer.alloc(4);
    frame.writeUInt32BE(pickle.length);
    this.intake.newPickle().push(Buffer.concat([frame, pickle]));
  }

  /** What the store answers for the slot of `time`; undefined for a gap. */
  valueAt(path: string, time: number): number | undefined {
    const slot = time - (time % 10);
    const read = this.store.read(path, slot - 10, slot + 10, NOW);
    if (read === null) return undefined;
    const value = read.values[(slot - read.start) / read.step];
    return value === undefined || Number.isNaN(value) ? undefined : value;
  }

  /** Everything that was read is on disk; another store comes up from it, with nothing in memory. */
  restarted(): IngestHarness {
    this.store.writer.flush();
    while (this.store.writeFrame());
    this.store.sync();
    return new IngestHarness({}, {}, this.files.crash("power", 1), this.#now);
  }

  get refused(): Record<string, number> {
    return Object.fromEntries(this.refusals.counts);
  }
}
