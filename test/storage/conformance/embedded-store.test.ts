import { nodeFiles } from "../../../src/storage/node-files.ts";
import { type Plan, REPLACE } from "../../../src/storage/plan.ts";
import { temporaryFolder } from "../../server.ts";
import { StoreHarness } from "../store-harness.ts";
import { conformance } from "./suite.ts";
import { type Datapoint, type Statistic, type TestedStore, TIERS } from "./tested-store.ts";

const PLAN: Plan = { mode: REPLACE, tiers: TIERS.map((tier) => ({ ...tier, lambda: 0 })) };
/** Time passes in steps of at most this, so that windows are cut when they are over. */
const LONGEST_STEP = 6 * 3600;

/** Our own store over real files, its threads turned by hand. */
class EmbeddedStore implements TestedStore {
  now = 1_700_000_000;
  readonly statistics = ["average", "sum", "min", "max", "last", "count"] as const;
  readonly #folder = temporaryFolder();
  #store = this.#open();

  async write(points: readonly Datapoint[]): Promise<number> {
    const { writer, names } = this.#store;
    let refused = 0;
    for (const { path, time, value } of points) {
      const known = names.seriesAt(path);
      const series = known >= 0 ? known : writer.createSeries(path, writer.planNumber(PLAN));
      if (writer.point(series, time, value, 0, -1) !== null) refused++;
    }
    writer.flush();
    while (this.#store.writeFrame());
    this.#store.sync();
    return refused;
  }

  async read(
    path: string,
    tier: number,
    from: number,
    until: number,
    method: Statistic,
  ): Promise<number[]> {
    const read = this.#store.readTier(path, tier, from, until, {
      method,
      xFilesFactor: 0,
      isAsked: true,
    });
    return read === null ? [] : [...read.values];
  }

  async find(pattern: string): Promise<string[]> {
    const found = this.#store.names.find(pattern, 1000);
    return found.filter(({ isLeaf }) => isLeaf).map(({ path }) => path);
  }

  async delete(paths: readonly string[]): Promise<number> {
    const numbers = paths.map((path) => this.#store.names.seriesAt(path));
    const deleted = this.#store.writer.deleteSeries(numbers.filter((number) => number >= 0));
    this.#store.writer.flush();
    while (this.#store.writeFrame());
    this.#store.sync();
    return deleted;
  }

  async pass(seconds: number): Promise<void> {
    const end = this.now + seconds;
    while (this.now < end) {
      this.now = Math.min(end, this.now + LONGEST_STEP);
      this.#store.settle();
    }
  }

  async restart(): Promise<void> {
    this.#close();
    this.#store = this.#open();
  }

  async close(): Promise<void> {
    this.#close();
    this.#folder.remove();
  }

  #open(): StoreHarness {
    const ms = (): number => this.now * 1000;
    const environment = { clock: { wallMs: ms, monotonicMs: ms }, files: nodeFiles };
    return new StoreHarness(environment, `${this.#folder.path}/data`, {
      pages: 1024,
      ringBytes: 4 << 20,
    });
  }

  #close(): void {
    this.#store.files.close();
    this.#store.merger.close();
    this.#store.catalogue.close();
    this.#store.wal.close();
    this.#store.recovered.manifest.close();
  }
}

conformance("the embedded store", async () => new EmbeddedStore());
