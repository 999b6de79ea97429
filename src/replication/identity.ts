import type { FileSystem } from "../storage/environment.ts";
import { readWholeFile } from "../storage/wal/scan.ts";
import type { SenderIdentity } from "./outbox.ts";

const NAME = "sender.json";

/**
 * Who a spool's batches are from: one line of JSON beside them. A copy on another machine is another
 * sender, so that two of them never share their numbers; so is one whose spool is gone.
 *
 * @see docs/formats/spool.md
 */
export class Identity {
  readonly #files: FileSystem;
  readonly #folder: string;
  readonly #host: string;
  readonly #newSender: () => string;
  #present: SenderIdentity;

  constructor(
    files: FileSystem,
    folder: string,
    host: string,
    newSender: () => string,
    isSpoolNew: boolean,
  ) {
    this.#files = files;
    this.#folder = folder;
    this.#host = host;
    this.#newSender = newSender;
    const kept = this.#read();
    this.#present =
      kept !== null && kept.host === host && !isSpoolNew
        ? { sender: kept.sender, isKnown: kept.isKnown }
        : { sender: newSender(), isKnown: kept?.isKnown ?? false };
    this.#write();
  }

  get present(): SenderIdentity {
    return this.#present;
  }

  /** Another name: batches of the old one are somebody else's. */
  renew(): SenderIdentity {
    this.#present = { ...this.#present, sender: this.#newSender() };
    this.#write();
    return this.#present;
  }

  /** The receiver takes numbered batches. */
  know(): void {
    this.#present = { ...this.#present, isKnown: true };
    this.#write();
  }

  #read(): (SenderIdentity & { host: string }) | null {
    const path = `${this.#folder}/${NAME}`;
    if (!this.#files.exists(path)) return null;
    try {
      const text = Buffer.from(readWholeFile(this.#files, path)).toString();
      const { sender, host, isKnown } = JSON.parse(text) as Record<string, unknown>;
      if (typeof sender !== "string" || !/^[0-9a-f]{32}$/.test(sender)) return null;
      return { sender, host: String(host), isKnown: isKnown === true };
    } catch (error) {
      if (error instanceof SyntaxError) return null;
      throw error;
    }
  }

  #write(): void {
    const path = `${this.#folder}/${NAME}`;
    const files = this.#files;
    if (files.exists(`${path}.new`)) files.unlink(`${path}.new`);
    const file = files.create(`${path}.new`);
    const text = JSON.stringify({ ...this.#present, host: this.#host });
    try {
      files.append(file, Buffer.from(`${text}\n`));
      files.fdatasync(file);
    } finally {
      files.close(file);
    }
    files.rename(`${path}.new`, path);
    files.syncFolder(this.#folder);
  }
}
