import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { hostname } from "node:os";
import { Readable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { createGzip } from "node:zlib";
import { Exposition, type MetricValues } from "./exposition.ts";

export interface PrometheusDoors {
  /** What was received, and what is new since it was asked last. */
  metrics(): Promise<MetricValues>;
  /** The present in whole seconds. */
  now(): number;
}

/** Scrapes at the same time: each holds the values of its moment. */
const MAX_SCRAPES = 4;
const MAX_CONNECTIONS = 100;
/** For a request to come, and for a reader that takes nothing, milliseconds. */
const REQUEST_MS = 10_000;
const SILENCE_MS = 30_000;
/** Names in quotes belong to version 1.0.0 of the format. */
const TYPES = {
  translated: "text/plain; version=0.0.4; charset=utf-8",
  raw: "text/plain; version=1.0.0; charset=utf-8; escaping=allow-utf-8",
} as const;

/**
 * istatd's Prometheus port: `GET /metrics` and nothing else; not listening yet. The text is sent as
 * it is made, no faster than it is read.
 */
export function prometheusServer(
  doors: PrometheusDoors,
  options: { gaugeSeconds: number; names: keyof typeof TYPES },
): Server {
  const exposition = new Exposition(hostname());
  let scrapes = 0;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method, url } = request;
    // A body says nothing here.
    request.resume();
    if (method !== "GET" && method !== "HEAD") return sendError(response, 405, "Bad method");
    if (url !== "/metrics") return sendError(response, 400, "Malformed url");
    if (scrapes >= MAX_SCRAPES) {
      return sendError(response, 503, "other scrapes are still being answered");
    }
    scrapes++;
    response.once("close", () => scrapes--);
    const values = await doors.metrics();
    response.setHeader("Content-Type", TYPES[options.names]);
    const pieces = exposition.text(values, doors.now(), options.gaugeSeconds);
    if (method === "HEAD") {
      response.end();
      return;
    }
    const text = Readable.from(yielding(pieces), { objectMode: false, highWaterMark: 1 << 16 });
    text.on("error", () => response.destroy());
    response.once("close", () => text.destroy());
    if (!/\bgzip\b/.test(String(request.headers["accept-encoding"] ?? ""))) {
      text.pipe(response);
      return;
    }
    response.setHeader("Content-Encoding", "gzip");
    const zipped = createGzip({ level: 1 });
    zipped.on("error", () => response.destroy());
    response.once("close", () => zipped.destroy());
    text.pipe(zipped).pipe(response);
  };
  const server = createServer(
    { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS, connectionsCheckingInterval: 5000 },
    (request, response) => {
      answer(request, response).catch((error: unknown) => {
        sendError(response, 503, error instanceof Error ? error.message : String(error));
      });
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  server.setTimeout(SILENCE_MS);
  return server;
}

/** Others have their turn between two pieces. */
async function* yielding(pieces: Iterable<string>): AsyncGenerator<Buffer> {
  for (const piece of pieces) {
    if (piece !== "") yield Buffer.from(piece);
    await turn();
  }
}

function sendError(response: ServerResponse, status: number, text: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.statusCode = status;
  response.setHeader("Content-Type", "application/json");
  response.end(`${JSON.stringify({ error: text })}\n`);
}
