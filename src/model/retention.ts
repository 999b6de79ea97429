import { GraphiteError } from "./errors.ts";

/** One archive of a retention: `seconds` of buckets of `step` seconds. */
export interface Retention {
  step: number;
  seconds: number;
  /** Of istat: weight of the past in a trailing (seasonal) level. */
  lambda?: number;
}

/** Levels that a retention may have. */
export const MAX_LEVELS = 16;

const CARBON_UNITS: Record<string, number> = {
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  y: 31_536_000,
};

/**
 * Carbon's `retentions`: a comma list of precision:duration, where a bare duration is a number of points.
 *
 * @throws GraphiteError ERR_CONFIG for a bad text or a list that breaks whisper's rules
 */
export function parseRetentions(text: string): Retention[] {
  const list = text.split(",").map((part) => {
    const [precision = "", duration = "", ...rest] = part.trim().split(":");
    if (rest.length > 0 || duration === "") throw bad(`${part.trim()} is not precision:duration`);
    const step = carbonSpan(precision.trim(), 1);
    const seconds = carbonSpan(duration.trim(), step);
    const points = Math.floor(seconds / step);
    if (step <= 0 || points <= 0) throw bad(`${part.trim()} keeps nothing`);
    return { step, seconds: points * step };
  });
  checkCount(list);
  list.sort((a, b) => a.step - b.step);
  list.forEach((archive, i) => {
    const next = list[i + 1];
    if (next === undefined) return;
    if (archive.step === next.step) throw bad(`${archive.step} s is there twice`);
    if (next.step % archive.step !== 0) {
      throw bad(`${archive.step} s does not divide ${next.step} s`);
    }
    if (next.seconds <= archive.seconds) throw bad("a coarser archive must reach further back");
    if (archive.seconds < next.step) throw bad(`${archive.step} s has too few points for the next`);
  });
  return list;
}

/** `unit` is what a bare number counts. */
function carbonSpan(text: string, unit: number): number {
  const match = /^(\d+)([a-z]*)$/i.exec(text);
  if (match === null) throw bad(`${text} is no time span`);
  const letters = match[2]!;
  if (letters === "") return bounded(text, Number(match[1]) * unit);
  const scale = CARBON_UNITS[letters];
  if (scale === undefined) throw bad(`${text}: the unit is one of s m h d w y`);
  return bounded(text, Number(match[1]) * scale);
}

/**
 * istatd's --retention: `interval:retention[:name[:lambda]]`, comma separated; durations add up
 * (`1y9d`); levels with lambda come last and are trailing.
 *
 * @throws GraphiteError ERR_CONFIG
 */
export function parseIstatRetention(text: string): Retention[] {
  const list = text.split(",").map((part): Retention => {
    const [interval = "", retention = "", , lambda] = part.split(":");
    if (retention === "") throw bad(`${part} needs at least interval:retention`);
    const step = istatSpan(interval);
    const seconds = istatSpan(retention);
    if (step === 0) throw bad(`${part}: the interval cannot be 0`);
    if (seconds < step) throw bad(`${part} keeps nothing`);
    const level = { step, seconds: Math.floor(seconds / step) * step };
    if (lambda === undefined) return level;
    const weight = Number(lambda);
    if (!(weight > 0 && weight < 1)) throw bad(`${part}: lambda must be between 0 and 1`);
    return { ...level, lambda: weight };
  });
  checkCount(list);
  list.forEach((level, i) => {
    const next = list[i + 1];
    if (next === undefined || next.lambda !== undefined) return;
    if (level.lambda !== undefined) throw bad("trailing levels come after the plain ones");
    if (next.step <= level.step) throw bad("each interval must be longer than the one before");
  });
  if (list[0]?.lambda !== undefined) throw bad("the first level cannot be a trailing one");
  return list;
}

function istatSpan(text: string): number {
  if (!/^(\d+[smhdy])+$/.test(text))
    throw bad(`${text} is no time span: digits and one of s m h d y`);
  let seconds = 0;
  for (const [, digits, unit] of text.matchAll(/(\d+)([smhdy])/g)) {
    seconds += Number(digits) * CARBON_UNITS[unit!]!;
  }
  return bounded(text, seconds);
}

function checkCount(list: readonly Retention[]): void {
  if (list.length > MAX_LEVELS) throw bad(`${list.length} levels; there may be ${MAX_LEVELS}`);
}

function bounded(text: string, seconds: number): number {
  if (!Number.isSafeInteger(seconds)) throw bad(`${text} is too long`);
  return seconds;
}

function bad(reason: string): GraphiteError {
  return new GraphiteError("ERR_CONFIG", `bad retention: ${reason}`);
}
