import type { Rules } from "../config/rules.ts";
import { DEFAULT_TIERS } from "../model/schema.ts";
import type { PointSink, SampleSink } from "../protocols/doors.ts";
import { IstatDecoder } from "../protocols/istat-lines.ts";
import { PickleDecoder } from "../protocols/pickle.ts";
import { PlaintextDecoder } from "../protocols/plaintext.ts";
import type { NameIndex } from "../storage/index/name-index.ts";
import { NameTable } from "../storage/name-table.ts";
import { REPLACE } from "../storage/plan.ts";
import type { SeriesTable } from "../storage/series-table.ts";
import type { StoreWriter } from "../storage/store-writer.ts";
import type { LineTee } from "./line-tee.ts";
import { MetricExport, type MetricExportOptions } from "./metric-export.ts";
import { Quotas } from "./quotas.ts";
import type { RefusalLog } from "./refusal-log.ts";
import { SeriesCreators } from "./series-creators.ts";
import { type IstatOptions, planOf, SeriesDefiner } from "./series-definer.ts";
import { StoreSink } from "./sinks.ts";
import { StepLearner } from "./step-learner.ts";

/** Makes a decoder per connection. */
export interface Decoders {
  newPlaintext(): PlaintextDecoder;
  newPickle(): PickleDecoder;
  newIstat(): IstatDecoder;
  /** Told whose bytes come next. */
  readonly creators: { sender: string };
}

/** Everything between bytes and the store: per protocol the names, a sink, and new decoders. */
export class Intake implements Decoders {
  readonly definer: SeriesDefiner;
  readonly quotas: Quotas;
  readonly creators: SeriesCreators;
  readonly learner: StepLearner;
  readonly carbon: StoreSink;
  readonly pickle: StoreSink;
  readonly istat: StoreSink;
  readonly #names: Record<"carbon" | "pickle" | "istat", NameTable>;
  readonly #writer: StoreWriter;
  readonly #series: SeriesTable;
  readonly #refusals: RefusalLog;
  /** Where istat lines go: the store, and whoever looks on. */
  #samples: SampleSink;
  readonly #now: () => number;
  readonly #tee: LineTee | null;

  /**
   * `now` gives the present in whole seconds; 0 new series a minute are as many as there are; `tee`
   * sends all on as well.
   */
  constructor(
    writer: StoreWriter,
    series: SeriesTable,
    index: NameIndex,
    rules: Rules,
    istat: IstatOptions,
    refusals: RefusalLog,
    now: () => number,
    newSeriesPerMinute = 0,
    tee: LineTee | null = null,
  ) {
    this.#tee = tee;
    this.quotas = new Quotas(
      {
        get next() {
          return series.next;
        },
        nameOf: (number) => index.nameOf(number),
      },
      newSeriesPerMinute,
      now,
    );
    this.quotas.setRules(rules.quotas);
    this.learner = new StepLearner(writer, series);
    this.definer = new SeriesDefiner(writer, index, rules, istat, this.quotas, this.learner);
    this.creators = new SeriesCreators(now);
    this.definer.onCreated = () => this.creators.created();
    this.#writer = writer;
    this.#series = series;
    this.#refusals = refusals;
    this.#now = now;
    this.#names = {
      carbon: new NameTable((raw) => this.definer.carbon(raw)),
      pickle: new NameTable((raw) => this.definer.carbon(raw)),
      istat: new NameTable((raw) => this.definer.istat(raw)),
    };
    const sink = (protocol: "carbon" | "pickle" | "istat"): StoreSink =>
      new StoreSink(
        this.#names[protocol],
        writer,
        series,
        this.learner,
        refusals.forProtocol(protocol).refuse,
      );
    this.carbon = sink("carbon");
    this.pickle = sink("pickle");
    this.istat = sink("istat");
    this.#samples = this.istat;
  }

  /** From now on what istat lines say is also kept for Prometheus. */
  exportMetrics(options: MetricExportOptions): MetricExport {
    const metrics = new MetricExport(this.#names.istat, options, this.#now);
    this.#samples = metrics.beside(this.istat);
    return metrics;
  }

  /** A datapoint of the server itself; the lists do not apply to it. */
  putOwn(name: string, value: number): void {
    this.creators.sender = "server";
    const series = this.definer.own(name);
    const refusal =
      typeof series === "number"
        ? this.#writer.point(series, this.#now(), value, 0, -1)
        : series.refusal;
    if (refusal !== null) this.#refusals.forProtocol("self").refuse(refusal, () => name);
  }

  /** Istat lines about the server itself: they go to the store and nowhere else. */
  putOwnLines(text: string): void {
    const refusals = this.#refusals.forProtocol("self");
    const decoder = new IstatDecoder(this.#names.istat, this.istat, refusals, this.#now);
    decoder.push(Buffer.from(text));
  }

  /** Series that were new not long before a start go on learning their step. */
  learnAgain(young: readonly number[], series: SeriesTable): void {
    if (this.definer.rules.storage.hasFile) return;
    // Of a million of them no name is looked at: without a file nothing else gives this plan.
    const plan = series.plans.numberOf(planOf(REPLACE, DEFAULT_TIERS));
    for (const number of young) {
      if (series.planOf[number] !== plan || series.epochOf[number] !== 0) continue;
      if (!series.isDeleted(number)) this.learner.begin(number);
    }
  }

  /** New rules; what carbon's names stand for is asked anew. */
  setRules(rules: Rules): void {
    this.definer.rules = rules;
    this.quotas.setRules(rules.quotas);
    this.#names.carbon.clear();
    this.#names.pickle.clear();
  }

  /** Names of series that were deleted mean new ones from now on, and there is room for others. */
  forgetDeleted(): void {
    this.quotas.recount();
    for (const names of Object.values(this.#names)) {
      names.forget((series) => this.#series.isDeleted(series));
    }
  }

  /** Gives the memory for names back that are not written any more; they come back the slow way. */
  sweepNames(): void {
    const { head } = this.#writer;
    for (const names of Object.values(this.#names)) names.sweep((series) => head.holds(series));
  }

  newPlaintext(): PlaintextDecoder {
    const refusals = this.#refusals.forProtocol("carbon");
    return new PlaintextDecoder(this.#names.carbon, this.#points("carbon"), refusals, this.#now);
  }

  newPickle(): PickleDecoder {
    const refusals = this.#refusals.forProtocol("pickle");
    return new PickleDecoder(this.#names.pickle, this.#points("pickle"), refusals, this.#now);
  }

  newIstat(): IstatDecoder {
    const refusals = this.#refusals.forProtocol("istat");
    const names = this.#names.istat;
    const tee = this.#tee;
    if (tee === null) return new IstatDecoder(names, this.#samples, refusals, this.#now);
    const sink = tee.samples(names, this.#samples);
    const onMeta = (key: string, value: string): void => tee.meta(key, value);
    return new IstatDecoder(names, sink, refusals, this.#now, onMeta);
  }

  #points(protocol: "carbon" | "pickle"): PointSink {
    const { refuse } = this.#refusals.forProtocol(protocol);
    return this.#tee?.points(this.#names[protocol], this[protocol], refuse) ?? this[protocol];
  }
}
