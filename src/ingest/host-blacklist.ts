import { readFileSync, statSync } from "node:fs";
import { GraphiteError } from "../model/errors.ts";

/** Hosts whose istat lines are refused: a file of names, one a line, whatever their case. */
export class HostBlacklist {
  readonly #path: string | null;
  #hosts: ReadonlySet<string> = new Set();
  #version = "";

  /** Null: nobody is refused. @throws GraphiteError ERR_CONFIG when the file cannot be read */
  constructor(path: string | null) {
    this.#path = path;
    if (path === null) return;
    try {
      this.#read(path);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new GraphiteError("ERR_CONFIG", `host-blacklist: ${reason}`);
    }
  }

  has(host: string): boolean {
    return this.#hosts.size > 0 && this.#hosts.has(host.toLowerCase());
  }

  /** Reads the file again if it has changed; one that cannot be read changes nothing. */
  refresh(): void {
    try {
      if (this.#path !== null) this.#read(this.#path);
    } catch {
      // What was read last stays in force: a file is gone for a moment while it is replaced.
    }
  }

  #read(path: string): void {
    const { mtimeMs, size, ino } = statSync(path);
    const version = `${mtimeMs} ${size} ${ino}`;
    if (version === this.#version) return;
    const lines = readFileSync(path, "utf8").split("\n");
    const names = lines.map((line) => line.trim().toLowerCase());
    this.#hosts = new Set(names.filter((name) => name !== "" && !name.startsWith("#")));
    this.#version = version;
  }
}
