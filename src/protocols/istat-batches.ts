/**
 * The words of numbered batches, which a sender and a receiver of istat lines exchange to lose
 * nothing and count nothing twice.
 *
 *     hello  = "#proto statite 1 " sender LF                    from the sender, its first line
 *     answer = "#proto statite 1 " durable " " seen LF          from the receiver
 *     batch  = "#batch " number " " kind " " bytes LF lines     from the sender
 *     ack    = "#ack " number LF                                from the receiver
 *
 * @see docs/formats/istat-batches.md
 */
export const HELLO = "#proto statite 1 ";
export const BATCH = "#batch ";

/** Largest payload of a batch. */
export const MAX_BATCH_BYTES = 1 << 18;
/** A first line that is longer is no hello, and a longer header is wrong. */
export const MAX_HEADER_BYTES = 100;

export type BatchKind = "istat" | "carbon";

export interface BatchHeader {
  /** From 1, growing; some may be left out. */
  number: number;
  /** What lines the payload has. */
  kind: BatchKind;
  /** Of the payload, which is whole lines. */
  bytes: number;
}

/** What the receiver has of a sender: all batches up to `durable`, and none above `seen`. */
export interface Answer {
  durable: number;
  seen: number;
}

export function helloLine(sender: string): string {
  return `${HELLO}${sender}\n`;
}

export function answerLine({ durable, seen }: Answer): string {
  return `${HELLO}${durable} ${seen}\n`;
}

export function batchLine({ number, kind, bytes }: BatchHeader): string {
  return `${BATCH}${number} ${kind} ${bytes}\n`;
}

export function ackLine(number: number): string {
  return `#ack ${number}\n`;
}

/** The sender of a hello without its line end, or null. */
export function parseHello(line: string): string | null {
  return /^#proto statite 1 ([0-9a-f]{32})\r?$/.exec(line)?.[1] ?? null;
}

export function parseAnswer(line: string): Answer | null {
  const match = /^#proto statite 1 (\d{1,15}) (\d{1,15})$/.exec(line);
  return match === null ? null : { durable: Number(match[1]), seen: Number(match[2]) };
}

export function parseBatch(line: string): BatchHeader | null {
  const match = /^#batch ([1-9]\d{0,14}) (istat|carbon) ([1-9]\d{0,6})$/.exec(line);
  if (match === null) return null;
  const bytes = Number(match[3]);
  if (bytes > MAX_BATCH_BYTES) return null;
  return { number: Number(match[1]), kind: match[2] as BatchKind, bytes };
}

export function parseAck(line: string): number | null {
  const match = /^#ack (\d{1,15})$/.exec(line);
  return match === null ? null : Number(match[1]);
}
