import { Writable } from "node:stream";
import { type Logger, pino } from "pino";

const LEVELS: Record<number, string> = {
  10: "trace",
  20: "debug",
  30: "info",
  40: "WARN",
  50: "ERROR",
  60: "FATAL",
};

/** JSON lines on stderr; on a terminal, lines for people. */
export function createLog(level: string): Logger {
  const options = { level, base: { pid: process.pid } };
  if (!process.stderr.isTTY) return pino(options, pino.destination({ fd: 2, sync: true }));
  const readable = new Writable({
    write(chunk: Buffer, _encoding, done) {
      process.stderr.write(readableLine(chunk.toString("utf8")));
      done();
    },
  });
  return pino(options, readable);
}

/** One JSON line of the log as a person reads it. */
export function readableLine(line: string): string {
  const { time, level, msg, pid: _pid, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const clock = new Date(Number(time)).toISOString().slice(11, 23);
  const rest = Object.entries(fields)
    .map(([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(" ");
  return `${clock} ${LEVELS[Number(level)] ?? level} ${msg ?? ""}${rest === "" ? "" : `  ${rest}`}\n`;
}
