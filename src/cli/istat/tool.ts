import { endQuietlyWithReader, FAILED, fail, statusOf, UsageError } from "../exit.ts";

/** Runs a tool; false from it is exit status 1. */
export async function runTool(work: () => Promise<boolean> | boolean): Promise<void> {
  endQuietlyWithReader();
  try {
    process.exitCode = (await work()) ? 0 : FAILED;
  } catch (error) {
    fail(error, statusOf(error));
  }
}

export function complain(text: string): void {
  process.stderr.write(`statite: ${text}\n`);
}

/** @throws UsageError */
export function wholeNumber(flag: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new UsageError(`${flag}: ${text} is not a number from ${min} to ${max}`);
  }
  return value;
}

/** HOST:PORT, or a port of this machine. @throws UsageError */
export function hostAndPort(flag: string, text: string): { host: string; port: number } {
  const match = /^(?:(\[[^\]]+\]|[^:[\]]*):)?(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (match === null || port === 0 || port > 65_535) {
    throw new UsageError(`${flag}: ${text} is not HOST:PORT`);
  }
  const host = (match[1] ?? "").replace(/^\[|\]$/g, "");
  return { host: host === "" ? "127.0.0.1" : host, port };
}
