import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AGGREGATE, COLLATED, TRAILING } from "../../../compat/istatd/format.ts";
import { IstatdFile } from "../../../compat/istatd/istatd-file.ts";
import { type IstatdSamples, StatFileUpdate } from "../../../compat/istatd/update-file.ts";
import { istatdFileBytes } from "../../../compat/istatd/write-file.ts";

/** Samples of a gauge, as one line to istatd has them. */
export function gaugeSample(time: number, value: number): IstatdSamples {
  return { time, sum: value, sumSq: value * value, min: value, max: value, count: 1 };
}

/** A file into which samples were put one after the other, round and round, as istatd does. */
export function gaugeFile(interval: number, samples: readonly IstatdSamples[]): Uint8Array {
  const [first, ...rest] = samples.map((one) => ({
    ...one,
    time: Math.floor(one.time / interval) * interval,
  }));
  const contents = { interval, buckets: 512, flags: 0, fixedCount: 0 };
  const bytes = istatdFileBytes(contents, [first!]);
  const update = new StatFileUpdate(bytes, IstatdFile.of(bytes).header);
  for (const one of rest) update.put(one, "fill-empty");
  return bytes;
}

/** Rates of an event counter by start of bucket: of the first level, and of one that is coarser. */
export function eventFile(
  interval: number,
  baseInterval: number,
  rates: readonly [time: number, rate: number][],
): Uint8Array {
  const fixedCount = interval === baseInterval ? 0 : interval / baseInterval;
  const flags = fixedCount === 0 ? COLLATED : AGGREGATE;
  const buckets = new Map<number, IstatdSamples>();
  for (const [time, rate] of rates) {
    const start = Math.floor(time / interval) * interval;
    const known = buckets.get(start);
    const sample = gaugeSample(start, rate);
    if (known === undefined) {
      const isIdle = fixedCount === 0 && rate === 0;
      buckets.set(start, { ...sample, count: isIdle ? 0 : 1 });
      continue;
    }
    known.sum += rate;
    known.sumSq = Math.fround(known.sumSq + Math.fround(rate * rate));
    known.min = Math.min(known.min, rate);
    known.max = Math.max(known.max, rate);
  }
  const list = [...buckets.values()].sort((a, b) => a.time - b.time);
  const places = list.length === 0 ? 1 : (list.at(-1)!.time - list[0]!.time) / interval + 1;
  return istatdFileBytes({ interval, buckets: places, flags, fixedCount }, list);
}

/** A file that says it is a trailing level of a gauge. */
export function trailingFile(interval: number, season: number, lambda: number): Uint8Array {
  const contents = { interval, buckets: 512, flags: TRAILING, fixedCount: 0 };
  const bytes = istatdFileBytes(contents, [gaugeSample(interval * 1000, 1)]);
  const view = new DataView(bytes.buffer);
  view.setFloat64(440, lambda, true);
  view.setBigInt64(448, BigInt(season), true);
  return bytes;
}

export function put(store: string, name: string, level: string, bytes: Uint8Array): void {
  const folder = join(store, ...name.split("."));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, level), bytes);
}
