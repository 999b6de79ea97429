import type { MessagePort } from "node:worker_threads";
import type { NameTable as Names, PointSink, SampleSink } from "../protocols/doors.ts";
import { lineNumber } from "../protocols/line-number.ts";
import { hasWideBlank } from "../protocols/white-space.ts";
import type { FromForward, ToForward } from "./messages.ts";
import type { Refuse } from "./tcp-receiver.ts";

/** Lines that may be under way to the thread that sends them on; beyond, receivers wait. */
const MAX_ON_WAY_BYTES = 32 << 20;

type RawNames = Pick<Names, "lengthOf"> & { rawOf(name: number): Buffer };

/**
 * Writes all that is received as lines again, each with its time, for the thread that sends them on.
 * Names stay as clients wrote them, and numbers are written so that they are read back the same.
 */
export class LineTee {
  readonly #port: MessagePort;
  #istat = "";
  #carbon = "";
  #onWay = 0;

  constructor(port: MessagePort) {
    this.#port = port;
    port.on("message", ({ bytes }: FromForward) => {
      this.#onWay -= bytes;
    });
    port.unref();
  }

  get isFull(): boolean {
    return this.#onWay + this.#istat.length + this.#carbon.length > MAX_ON_WAY_BYTES;
  }

  /** Hands on what was received; called about every 100 ms. */
  flush(): void {
    this.#hand("istat", this.#istat);
    this.#hand("carbon", this.#carbon);
    this.#istat = "";
    this.#carbon = "";
  }

  /** Nothing more comes. */
  close(): void {
    this.flush();
    this.#tell({ kind: "close" });
  }

  meta(key: string, value: string): void {
    this.#tell({ kind: "meta", key, value });
  }

  /** A number of our own. */
  own(name: string, time: number, value: number): void {
    this.#istat += `${name} ${time} ${lineNumber(value)}\n`;
  }

  /** Samples go to `sink`, too, if there is one. */
  samples(names: RawNames, sink: SampleSink | null): SampleSink {
    return {
      sample: (name, time, value) => {
        this.#istat += `${istatName(names, name)} ${time} ${lineNumber(value)}\n`;
        sink?.sample(name, time, value);
      },
      bucket: (name, time, sum, sumOfSquares, min, max, count) => {
        const numbers = [sum, sumOfSquares, min, max].map(lineNumber).join(" ");
        this.#istat += `${istatName(names, name)} ${time} ${numbers} ${count}\n`;
        sink?.bucket(name, time, sum, sumOfSquares, min, max, count);
      },
    };
  }

  /** Datapoints go to `sink`, too, if there is one. Names that no line can have are refused here. */
  points(names: RawNames, sink: PointSink | null, refuse: Refuse): PointSink {
    return {
      point: (name, time, value, mantissa, decimals) => {
        const raw = names.rawOf(name);
        if (isWritable(raw)) {
          this.#carbon += `${raw.toString("latin1")} ${lineNumber(value)} ${time}\n`;
        } else refuse("name-not-forwarded", () => raw.toString());
        sink?.point(name, time, value, mantissa, decimals);
      },
    };
  }

  #hand(kind: "istat" | "carbon", text: string): void {
    if (text === "") return;
    const lines = Buffer.from(text, "latin1");
    this.#onWay += lines.length;
    this.#tell({ kind, lines });
  }

  #tell(message: ToForward): void {
    this.#port.postMessage(message);
  }
}

/** A name that begins like a command is told from one by a blank. */
function istatName(names: RawNames, name: number): string {
  const written = names.rawOf(name).toString("latin1");
  return /^[#@$%&;:]/.test(written) ? ` ${written}` : written;
}

/** A pickle's name may have blanks. */
function isWritable(raw: Buffer): boolean {
  let isWide = false;
  for (const byte of raw) {
    if (byte <= 32) return false;
    if (byte >= 128) isWide = true;
  }
  return raw.length > 0 && !(isWide && hasWideBlank(raw, 0, raw.length));
}
