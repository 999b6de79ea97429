import { existsSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { CONTROL_SOCKET } from "../storage/store-folder.ts";
import { openSocketPath } from "./socket-path.ts";

/** The server of a data directory did not do what it was asked for. */
export class ServerError extends Error {
  override name = "ServerError";
}

/**
 * Speaks with the server that runs on a data directory, over its control socket: the routes of
 * HTTP, with every right.
 */
export class ControlClient {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Answer to a request, as JSON.
   *
   * @throws ServerError when no server runs, or with what it says against it
   */
  async call(method: "GET" | "POST", path: string, body?: unknown): Promise<unknown> {
    return JSON.parse(await textOf(await this.#request(method, path, body)));
  }

  /**
   * Documents of an answer that is a JSON document a line, each as it comes.
   *
   * @throws ServerError as `call`, or when the answer has no end
   */
  async *lines(method: "GET" | "POST", path: string, body?: unknown): AsyncGenerator<unknown> {
    const response = await this.#request(method, path, body);
    for await (const line of createInterface({ input: response })) {
      if (line !== "") yield JSON.parse(line);
    }
    if (!response.complete) throw new ServerError("the server has ended in the middle of it");
  }

  async #request(method: string, path: string, body: unknown): Promise<IncomingMessage> {
    const socket = openSocketPath(join(this.#folder, CONTROL_SOCKET));
    try {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        const sent = request({ socketPath: socket.path, method, path, agent: false }, resolve);
        sent.on("error", reject);
        if (body === undefined) sent.end();
        else sent.setHeader("content-type", "application/json").end(JSON.stringify(body));
      });
      if ((response.statusCode ?? 500) >= 400) {
        throw new ServerError(sentenceOf(await textOf(response)));
      }
      return response;
    } catch (error) {
      throw this.#explained(error);
    } finally {
      socket.close();
    }
  }

  #explained(error: unknown): unknown {
    const folder = this.#folder;
    switch ((error as NodeJS.ErrnoException).code) {
      case "ENOENT":
        return new ServerError(
          existsSync(folder)
            ? `no server runs on ${folder}`
            : `there is no folder ${folder}: --data-dir names the data directory of the server`,
        );
      case "ECONNREFUSED":
        return new ServerError(`no server runs on ${folder}`);
      case "EACCES":
      case "EPERM":
        return new ServerError(
          `the server on ${folder} belongs to another user: call this as that one, or as root`,
        );
      case "ECONNRESET":
      case "EPIPE":
        return new ServerError(`the server on ${folder} has ended in the middle of it`);
      default:
        return error;
    }
  }
}

/** What an error says. */
function sentenceOf(body: string): string {
  try {
    return String((JSON.parse(body) as { message: unknown }).message);
  } catch {
    return body.trim();
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
