import { createInterface } from "node:readline";
import { Writable } from "node:stream";

/** The next line of standard input; on a terminal it is asked for and not shown. */
export async function readSecret(question: string): Promise<string> {
  const isTerminal = process.stdin.isTTY === true;
  if (isTerminal) process.stderr.write(question);
  const lines = createInterface({
    input: process.stdin,
    // readline puts the terminal into raw mode and echoes what is typed here: nowhere.
    output: new Writable({ write: (_chunk, _encoding, done) => done() }),
    terminal: isTerminal,
  });
  try {
    return await new Promise<string>((resolve) => {
      lines.once("line", resolve);
      lines.once("close", () => resolve(""));
      lines.once("SIGINT", () => process.exit(130));
    });
  } finally {
    lines.close();
    if (isTerminal) process.stderr.write("\n");
  }
}
