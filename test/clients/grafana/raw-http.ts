import { connect } from "node:net";
import { gunzipSync } from "node:zlib";

export interface RawAnswer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

/** Sends a request as it stands, byte for byte, over a connection of its own. */
export function exchange(host: string, port: number, request: string): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host, () => socket.write(request));
    const chunks: Buffer[] = [];
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("error", reject);
    socket.on("close", () => resolve(parse(Buffer.concat(chunks))));
  });
}

/** A request with a body of so many bytes as it has, and the end of the connection asked for. */
export function requestText(
  line: string,
  headers: readonly string[] = [],
  body: string | null = null,
): string {
  const all = ["Host: graphite.example:8080", "Connection: close", ...headers];
  if (body !== null) all.push(`Content-Length: ${Buffer.byteLength(body)}`);
  return `${line} HTTP/1.1\r\n${all.join("\r\n")}\r\n\r\n${body ?? ""}`;
}

function parse(bytes: Buffer): RawAnswer {
  const end = bytes.indexOf("\r\n\r\n");
  const [status = "", ...lines] = bytes.subarray(0, end).toString("latin1").split("\r\n");
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const at = line.indexOf(":");
    headers[line.slice(0, at).toLowerCase()] = line.slice(at + 1).trim();
  }
  let body: Buffer = bytes.subarray(end + 4);
  if (headers["transfer-encoding"] === "chunked") body = unchunked(body);
  if (headers["content-encoding"] === "gzip") body = gunzipSync(body);
  return { status: Number(status.split(" ")[1]), headers, body };
}

function unchunked(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const end = bytes.indexOf("\r\n", at);
    const length = Number.parseInt(bytes.subarray(at, end).toString(), 16);
    if (length === 0) return Buffer.concat(parts);
    parts.push(bytes.subarray(end + 2, end + 2 + length));
    at = end + 4 + length;
  }
}
