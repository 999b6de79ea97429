const CHUNK_LENGTH = 1 << 16;

/** Writes text to stdout in large pieces, and waits for a reader that is slower. */
export async function printAll(texts: Iterable<string>): Promise<void> {
  let waiting = "";
  for (const text of texts) {
    waiting += text;
    if (waiting.length < CHUNK_LENGTH) continue;
    await write(waiting);
    waiting = "";
  }
  if (waiting !== "") await write(waiting);
}

/** Lines to stdout, in large pieces, for those who cannot wait between two of them. */
export class LineWriter {
  #waiting = "";

  line(text: string): void {
    this.#waiting += `${text}\n`;
    if (this.#waiting.length >= CHUNK_LENGTH) this.end();
  }

  end(): void {
    process.stdout.write(this.#waiting);
    this.#waiting = "";
  }
}

/** JSON in which infinities and NaN are texts, so that none of them becomes null. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, (_key, field: unknown) =>
    typeof field === "number" && !Number.isFinite(field) ? String(field) : field,
  );
}

function write(text: string): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(text, () => resolve());
  });
}
