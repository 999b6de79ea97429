import { NameTable } from "../../src/storage/name-table.ts";
import { nodeFiles } from "../../src/storage/node-files.ts";
import { type Plan, REPLACE } from "../../src/storage/plan.ts";
import { temporaryFolder } from "../server.ts";
import { StoreHarness } from "./store-harness.ts";

const WINDOW_SECONDS = 600;
const POINTS_PER_NAME = 6;
const STABLE_SERIES = 1000;
const PLAN: Plan = {
  mode: REPLACE,
  tiers: [
    { step: 10, retention: 10 * 86_400, lambda: 0 },
    { step: 300, retention: 365 * 86_400, lambda: 0 },
  ],
};

/**
 * Names that are written for a minute and never again, beside some that stay: a store over real files
 * and the table of the names that clients write, under a clock that is turned by hand.
 */
export class ChurnWorld {
  readonly #folder = temporaryFolder();
  readonly store: StoreHarness;
  readonly table: NameTable;
  #now = 1_700_006_400;
  #windows = 0;
  /** Short-lived names so far. */
  names = 0;

  constructor(maxNames: number) {
    const ms = (): number => this.#now * 1000;
    const environment = { clock: { wallMs: ms, monotonicMs: ms }, files: nodeFiles };
    const maxSeries = maxNames + STABLE_SERIES;
    const options = { maxSeries, pages: 8192, ringBytes: 16 << 20 };
    this.store = new StoreHarness(environment, `${this.#folder.path}/data`, options);
    const { writer, names } = this.store;
    const plan = writer.planNumber(PLAN);
    this.table = new NameTable((raw) => {
      const path = raw.toString();
      const known = names.seriesAt(path);
      return known >= 0 ? known : writer.createSeries(path, plan);
    });
  }

  /** Ten minutes in which `count` names come and go. */
  window(count: number): void {
    const { writer } = this.store;
    for (let i = 0; i < STABLE_SERIES; i++) this.#write(`stable.host${i}.load`, this.#now);
    for (let i = 0; i < count; i++) {
      const path = `app.web.pod-${(this.names++).toString(36).padStart(10, "0")}.cpu`;
      for (let n = 0; n < POINTS_PER_NAME; n++) this.#write(path, this.#now + n * 10);
      if (i % 2000 === 1999) this.#log();
    }
    writer.flush();
    this.#now += WINDOW_SECONDS;
    this.store.settle();
    // As the ingest thread does it, once an hour.
    if (++this.#windows % 6 === 0) {
      this.table.sweep((series) => writer.head.holds(series));
    }
  }

  close(): void {
    this.store.files.close();
    this.#folder.remove();
  }

  #write(path: string, time: number): void {
    const bytes = Buffer.from(path);
    const series = this.table.seriesOf(this.table.resolve(bytes, 0, bytes.length));
    const refusal = this.store.writer.point(series, time, 1, 1, 0);
    if (refusal !== null) throw new Error(`${path} was refused: ${refusal}`);
  }

  #log(): void {
    this.store.writer.flush();
    while (this.store.writeFrame());
    this.store.sync();
  }
}
