import type { FromIngest, ToIngest } from "../../ingest/messages.ts";
import type { IstatAgent } from "../../model/istat-agent.ts";

/** Questions to the ingest thread, and who waits for an answer. */
export class IngestQuestions {
  readonly #tell: (message: ToIngest) => void;
  readonly #flushes = new Map<number, (lsn: number) => void>();
  #nextFlush = 0;
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

  /** Hands what was received over to the log; the log position behind it. */
  flush(): Promise<number> {
    return new Promise((resolve) => {
      const id = this.#nextFlush++;
      this.#flushes.set(id, resolve);
      this.#tell({ kind: "flush", id });
    });
  }

  onAnswer(message: FromIngest & { kind: "agents" | "flushed" }): void {
    if (message.kind === "agents") {
      this.#agents?.resolve(message.agents);
      this.#agents = null;
    } else {
      this.#flushes.get(message.id)?.(message.lsn);
      this.#flushes.delete(message.id);
    }
  }
}
