import { createReadStream, createWriteStream, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { isImportFile } from "../storage/import/adopt.ts";
import type { FileEntry } from "../storage/manifest.ts";
import { ServerError } from "./control-client.ts";
import { UsageError } from "./exit.ts";
import type { ImportServer } from "./server-import.ts";

const STATFILE = "application/vnd.statite.statfile";

/**
 * A server elsewhere, over HTTP, with a token of an admin. What earlier imports have brought is
 * fetched first, so that it is not brought again; both directions go through a temporary folder.
 */
export class RemoteServer implements ImportServer {
  readonly #url: string;
  readonly #token: string | null;
  readonly root = mkdtempSync(join(tmpdir(), "statite-import-"));
  last = 0;
  files: FileEntry[] = [];

  /** @throws UsageError, ServerError */
  static async open(url: string, token: string | null): Promise<RemoteServer> {
    if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
      throw new UsageError(`--to ${url} is no URL such as https://graphs.example.com`);
    }
    const server = new RemoteServer(url.replace(/\/+$/, ""), token);
    try {
      await server.#fetchImported();
      return server;
    } catch (error) {
      server.close();
      throw error;
    }
  }

  private constructor(url: string, token: string | null) {
    this.#url = url;
    this.#token = token;
  }

  async place(series: readonly object[]): Promise<unknown> {
    return (await this.#post("/_/import/place", { series })).json();
  }

  async adopt(files: readonly FileEntry[]): Promise<void> {
    for (const { file, bytes } of files) {
      await this.#request(`/_/import/file?file=${encodeURIComponent(file)}&bytes=${bytes}`, {
        method: "POST",
        headers: { "content-type": STATFILE },
        body: Readable.toWeb(createReadStream(join(this.root, file))) as NonNullable<
          RequestInit["body"]
        >,
        duplex: "half",
      });
    }
    await this.#post("/_/import/adopt", { files });
  }

  close(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  async #fetchImported(): Promise<void> {
    const answer = await this.#request("/_/import/files", {});
    const { last, files } = (await answer.json()) as { last: number; files: FileEntry[] };
    for (const entry of files) {
      const { file } = entry;
      // It becomes a path here.
      if (!isImportFile(file)) throw new ServerError(`${this.#url} names a file ${file}`);
      const { body } = await this.#request(`/_/import/file?file=${encodeURIComponent(file)}`, {});
      const path = join(this.root, file);
      mkdirSync(dirname(path), { recursive: true });
      await pipeline(Readable.fromWeb(body as ReadableStream), createWriteStream(path));
    }
    this.last = last;
    this.files = files;
  }

  #post(path: string, body: object): Promise<Response> {
    return this.#request(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  }

  /** @throws ServerError with what the server says against it */
  async #request(path: string, init: RequestInit & { duplex?: "half" }): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.#token !== null) headers.set("authorization", `Bearer ${this.#token}`);
    let answer: Response;
    try {
      answer = await fetch(`${this.#url}${path}`, { ...init, headers });
    } catch (error) {
      const { cause } = error as { cause?: unknown };
      const reason = cause instanceof Error ? cause.message : String(error);
      throw new ServerError(`${this.#url} cannot be reached: ${reason}`);
    }
    if (answer.ok) return answer;
    throw new ServerError(`${this.#url}: ${answer.status} ${sentenceOf(await answer.text())}`);
  }
}

function sentenceOf(body: string): string {
  try {
    return String((JSON.parse(body) as { message: unknown }).message);
  } catch {
    return body.trim().slice(0, 200);
  }
}
