import type { FromIngest, ToIngest } from "../../ingest/messages.ts";
import type { ExportedValues } from "../../ingest/metric-export.ts";
import type { IstatAgent } from "../../model/istat-agent.ts";

/** Questions to the ingest thread, and who waits for an answer. */
export class IngestQuestions {
  readonly #tell: (message: ToIngest) => void;
  readonly #flushes = new Map<number, (lsn: number) => void>();
  #nextFlush = 0;
  /** In the order in which they were asked. */
  readonly #metrics: ((metrics: ExportedValues) => void)[] = [];
  #agents: { list: Promise<IstatAgent[]>; resolve(list: IstatAgent[]): void } | null = null;

  constructor(tell: (message: ToIngest) => void) {
    this.#tell = tell;
  }

  /** Who sends istat lines; who asks meanwhile gets the same answer. */
  agents(): Promise<IstatAgent[]> {
    if (this.#agents === null) {
      let resolve = (_list: IstatAgent[]): void => {};
      const list = new Promise<IstatAgent[]>((done) => {
        resolve = done;
      });
      this.#agents = { list, resolve };
      this.#tell({ kind: "agents" });
    }
    return this.#agents.list;
  }

  /** What the Prometheus port shows. Each question has an answer of its own: it tells what is new. */
  metrics(): Promise<ExportedValues> {
    return new Promise((resolve) => {
      this.#metrics.push(resolve);
      this.#tell({ kind: "metrics" });
    });
  }

  /** Hands what was received over to the log; the log position behind it. */
  flush(): Promise<number> {
    return new Promise((resolve) => {
      const id = this.#nextFlush++;
      this.#flushes.set(id, resolve);
      this.#tell({ kind: "flush", id });
    });
  }

  onAnswer(message: FromIngest & { kind: "agents" | "flushed" | "metrics" }): void {
    if (message.kind === "metrics") this.#metrics.shift()?.(message.metrics);
    else if (message.kind === "agents") {
      this.#agents?.resolve(message.agents);
      this.#agents = null;
    } else {
      this.#flushes.get(message.id)?.(message.lsn);
      this.#flushes.delete(message.id);
    }
  }
}
