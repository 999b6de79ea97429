import type { Decoders } from "../ingest/intake.ts";
import type { LineTee } from "../ingest/line-tee.ts";
import type { RefusalLog } from "../ingest/refusal-log.ts";
import { IstatDecoder } from "../protocols/istat-lines.ts";
import { PickleDecoder } from "../protocols/pickle.ts";
import { PlaintextDecoder } from "../protocols/plaintext.ts";
import { NameTable } from "../storage/name-table.ts";

/** Names that are remembered, in bytes; then all of them are learned anew. */
const MAX_NAME_BYTES = 256 << 20;

/** Decoders without a store: what they read goes to the tee alone. */
export class AgentIntake implements Decoders {
  /** No series are made here. */
  readonly creators = { sender: "" };
  readonly #tee: LineTee;
  readonly #refusals: RefusalLog;
  readonly #now: () => number;
  readonly #names = {
    carbon: new NameTable(() => 0),
    pickle: new NameTable(() => 0),
    istat: new NameTable(() => 0),
  };

  /** `now` gives the present in whole seconds. */
  constructor(tee: LineTee, refusals: RefusalLog, now: () => number) {
    this.#tee = tee;
    this.#refusals = refusals;
    this.#now = now;
  }

  newPlaintext(): PlaintextDecoder {
    const refusals = this.#refusals.forProtocol("carbon");
    const sink = this.#tee.points(this.#names.carbon, null, refusals.refuse);
    return new PlaintextDecoder(this.#names.carbon, sink, refusals, this.#now);
  }

  newPickle(): PickleDecoder {
    const refusals = this.#refusals.forProtocol("pickle");
    const sink = this.#tee.points(this.#names.pickle, null, refusals.refuse);
    return new PickleDecoder(this.#names.pickle, sink, refusals, this.#now);
  }

  newIstat(): IstatDecoder {
    const refusals = this.#refusals.forProtocol("istat");
    const sink = this.#tee.samples(this.#names.istat, null);
    const onMeta = (key: string, value: string): void => this.#tee.meta(key, value);
    return new IstatDecoder(this.#names.istat, sink, refusals, this.#now, onMeta);
  }

  /** Keeps the memory for names bounded; called between two chunks. */
  sweep(): void {
    for (const names of Object.values(this.#names)) {
      if (names.memoryBytes > MAX_NAME_BYTES) names.clear();
    }
  }
}
