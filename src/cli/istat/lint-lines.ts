import { expandIstatName } from "../../model/istat-name.ts";
import { canonicalName } from "../../model/series-name.ts";
import { IstatDecoder, MAX_LINE_BYTES } from "../../protocols/istat-lines.ts";
import { NameTable, type Targets } from "../../storage/name-table.ts";

const SHOWN = 200;
const LF = 10;

/**
 * Tells of each line that a server would refuse, by the server's own decoder. What depends on the
 * server, its retention for instance, is not looked at.
 */
export async function lintLines(
  input: AsyncIterable<Buffer>,
  now: number,
  tell: (line: number, reason: string, text: string) => void,
): Promise<void> {
  let number = 0;
  let line: Buffer = Buffer.alloc(0);
  const shown = (): string => line.toString("latin1", 0, SHOWN).trimEnd();
  const names = new NameTable(meaningOf);
  const refuse = (reason: string): void => tell(number, reason, shown());
  const take = (name: number): void => {
    if (names.seriesOf(name) >= 0) return;
    const { refusal } = names.targetsOf(name);
    if (refusal !== null) refuse(refusal);
  };
  const decoder = new IstatDecoder(names, { sample: take, bucket: take }, { refuse }, () => now);
  const check = (bytes: Buffer): void => {
    number++;
    line = bytes;
    decoder.push(bytes);
  };
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of input) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, at)) {
      check(bytes.subarray(at, end + 1));
      at = end + 1;
    }
    rest = Buffer.from(bytes.subarray(at));
    // A line that is too long is as good as one of that length and one more.
    if (rest.length > 2 * MAX_LINE_BYTES) rest = rest.subarray(0, MAX_LINE_BYTES + 1);
  }
  if (rest.length === 0) return;
  number++;
  line = rest;
  refuse("line-unfinished");
}

/** What a name stands for where there is no store: nothing but what is wrong with it. */
function meaningOf(raw: Buffer): number | Targets {
  const targets = expandIstatName(raw.toString("latin1"));
  let refusal = targets.length === 0 ? "name-empty" : null;
  for (const { name } of targets) {
    const canonical = canonicalName(name);
    if (!canonical.ok) refusal ??= canonical.reason;
  }
  return refusal === null ? 0 : { series: [], refusal, isPassing: false };
}
