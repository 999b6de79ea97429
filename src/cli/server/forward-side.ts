import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import type { Logger } from "pino";
import type { ForwardSettings } from "../../config/settings.ts";
import type { ForwardThreadData, FromForwardThread } from "../../replication/messages.ts";
import { FORWARD_FOLDER } from "../../storage/store-folder.ts";
import { VERSION } from "../version.ts";

/** The main thread's side of sending on what is received. */
export class ForwardSide {
  readonly worker: Worker;
  /** Resolves when all is on disk after its source has ended, or when the thread has. */
  readonly closed: Promise<void>;
  readonly #source: MessagePort;
  readonly #ready: Promise<void>;
  numbers: Readonly<Record<string, number>> = {};

  constructor(
    { destinations, spoolMib, interval, step }: ForwardSettings,
    syncMs: number,
    dataFolder: string,
    doors: { log: Logger; onFailure(failure: string | null): void },
  ) {
    const { port1, port2 } = new MessageChannel();
    this.#source = port1;
    const data: ForwardThreadData = {
      destinations,
      folder: `${dataFolder}/${FORWARD_FOLDER}`,
      maxBytes: spoolMib * 2 ** 20,
      batchMs: interval * 1000,
      step,
      syncMs,
      version: VERSION,
      source: port2,
    };
    const worker = new Worker(new URL("../../replication/forward-thread.js", import.meta.url), {
      workerData: data,
      transferList: [port2],
      name: "forward",
    });
    this.worker = worker;
    let onClosed = (): void => {};
    this.closed = new Promise((resolve) => {
      onClosed = resolve;
    });
    worker.once("exit", onClosed);
    this.#ready = new Promise((resolve, reject) => {
      worker.once("error", reject);
      worker.on("message", (message: FromForwardThread) => {
        if (message.kind === "ready") resolve();
        else if (message.kind === "failed") reject(new Error(`--forward: ${message.reason}`));
        else if (message.kind === "closed") onClosed();
        else if (message.kind === "log") doors.log[message.level](message.fields, message.message);
        else {
          this.numbers = message.numbers;
          doors.onFailure(message.degraded[0] ?? null);
        }
      });
    });
  }

  /** Where lines are written to. @throws Error when the spool cannot be used */
  async start(): Promise<MessagePort> {
    await this.#ready;
    return this.#source;
  }
}
