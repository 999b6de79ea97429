import { createServer, type RequestListener, type Server, type ServerOptions } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import type { Socket } from "node:net";
import type { Certificate } from "./options.ts";

const MAX_HEADER_BYTES = 65_536;
const MAX_CONNECTIONS = 10_000;

/** How long a connection may take for what, milliseconds. */
export const PATIENCE = {
  /** Between requests: longer than what proxies keep their connections open. */
  keepAlive: 72_000,
  /** Whoever sends a request byte by byte must not hold a connection for ever. */
  headers: 20_000,
  request: 60_000,
  /** Without a byte in either direction: longer than a query may take. */
  silence: 300_000,
  /** How often that is looked at. */
  check: 5000,
};

/** The servers that HTTP listens with: limits on size and time, and TLS where there is a certificate. */
export class Listener {
  readonly #servers = new Set<TlsServer>();
  readonly #patience: typeof PATIENCE;
  #certificate: Certificate | null;

  constructor(certificate: Certificate | null, patience = PATIENCE) {
    this.#certificate = certificate;
    this.#patience = patience;
  }

  /** `localhost` may need two of them, one for each of its addresses. */
  create(handle: RequestListener): Server {
    const options: ServerOptions = {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: this.#patience.headers,
      requestTimeout: this.#patience.request,
      connectionsCheckingInterval: this.#patience.check,
      keepAliveTimeout: this.#patience.keepAlive,
    };
    const server =
      this.#certificate === null ? createServer(options, handle) : this.#tls(options, handle);
    server.maxConnections = MAX_CONNECTIONS;
    server.setTimeout(this.#patience.silence);
    return server;
  }

  /** Connections that are open keep the certificate they began with. */
  setCertificate(certificate: Certificate): void {
    this.#certificate = certificate;
    for (const server of this.#servers) server.setSecureContext(certificate);
  }

  #tls(options: ServerOptions, handle: RequestListener): TlsServer {
    const server = createTlsServer({ ...options, ...this.#certificate }, handle);
    this.#servers.add(server);
    server.on("close", () => this.#servers.delete(server));
    // Whoever speaks no TLS is a stranger, not a fault.
    server.on("tlsClientError", (_error, socket: Socket) => socket.destroy());
    return server;
  }
}

const ANSWERS: Record<string, [status: string, code: string, message: string]> = {
  ERR_HTTP_REQUEST_TIMEOUT: [
    "408 Request Timeout",
    "ERR_REQUEST",
    "the request did not come to its end in time",
  ],
  HPE_HEADER_OVERFLOW: [
    "431 Request Header Fields Too Large",
    "ERR_HEADER_SIZE",
    "the URL and the headers are larger than 64 KiB: send what is long in a form, by POST",
  ],
};
const NO_HTTP: [string, string, string] = [
  "400 Bad Request",
  "ERR_REQUEST",
  "this is no HTTP request",
];

/** Answers what never became a request. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, code, message] = ANSWERS[error.code ?? ""] ?? NO_HTTP;
  const body = JSON.stringify({ error: message, code, message });
  const lines = [
    `HTTP/1.1 ${status}`,
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "X-Content-Type-Options: nosniff",
    `X-Statite-Error: ${code}`,
    "Connection: close",
  ];
  socket.end(`${lines.join("\r\n")}\r\n\r\n${body}`);
}
