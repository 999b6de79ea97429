import { createInterface } from "node:readline";
import { Writable } from "node:stream";

/**
 * The next line of standard input; on a terminal it is asked for and not shown, and asked for again
 * with each further question. Returns a line for each question that was asked.
 */
export async function readSecrets(questions: readonly string[]): Promise<string[]> {
  const isTerminal = process.stdin.isTTY === true;
  const lines = createInterface({
    input: process.stdin,
    // readline puts the terminal into raw mode and echoes what is typed here: nowhere.
    output: new Writable({ write: (_chunk, _encoding, done) => done() }),
    terminal: isTerminal,
  });
  lines.once("SIGINT", () => process.exit(130));
  const typed = lines[Symbol.asyncIterator]();
  const answers: string[] = [];
  try {
    for (const question of isTerminal ? questions : questions.slice(0, 1)) {
      if (isTerminal) process.stderr.write(question);
      const next = await typed.next();
      answers.push(next.done === true ? "" : next.value);
      if (isTerminal) process.stderr.write("\n");
    }
    return answers;
  } finally {
    lines.close();
  }
}
