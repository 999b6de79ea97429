import { retentionOf } from "./header.ts";
import type { WhisperFile } from "./whisper-file.ts";

export interface Fetched {
  /** Seconds: the first interval, and the one after the last. */
  start: number;
  end: number;
  step: number;
  /** NaN where nothing is known. */
  values: Float64Array;
}

/**
 * What whisper answers for (from, until], seconds, at the time `now`; null when the file keeps
 * nothing of it. One archive answers: the finest that reaches back to `from`, or that of `onlyStep`.
 *
 * @throws RangeError when there is no archive of that step
 */
export function fetchWhisper(
  file: WhisperFile,
  from: number,
  until: number,
  now: number,
  onlyStep?: number,
): Fetched | null {
  const { archives, longestRetention } = file.header;
  const oldest = now - longestRetention;
  if (from > until || from > now || until < oldest) return null;
  const begin = Math.max(from, oldest);
  const finish = Math.min(until, now);
  let archive = archives.findIndex((one) =>
    onlyStep === undefined ? retentionOf(one) >= now - begin : one.step === onlyStep,
  );
  if (archive < 0) {
    if (onlyStep !== undefined) throw new RangeError(`the file has no archive of ${onlyStep} s`);
    archive = archives.length - 1;
  }
  const { step } = archives[archive]!;
  const firstSlot = Math.floor(begin / step) + 1;
  const endSlot = Math.max(Math.floor(finish / step) + 1, firstSlot + 1);
  const values = new Float64Array(endSlot - firstSlot);
  file.read(archive, firstSlot, values);
  return { start: firstSlot * step, end: endSlot * step, step, values };
}
