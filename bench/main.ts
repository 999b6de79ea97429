import type { Benchmark } from "./benchmark.ts";
import { benchmarks as codec } from "./codec.ts";
import { benchmarks as decode } from "./decode.ts";
import { benchmarks as functions } from "./functions.ts";
import { benchmarks as importing } from "./import.ts";
import { benchmarks as ingest } from "./ingest.ts";
import { benchmarks as istat } from "./istat.ts";
import { benchmarks as loopDelay } from "./loop-delay.ts";
import { benchmarks as names } from "./names.ts";
import { benchmarks as render } from "./render.ts";
import { benchmarks as store } from "./store.ts";
import { benchmarks as tags } from "./tags.ts";

/**
 * npm run bench -- [--seconds N] [--only NAME] [--list]
 *
 * Prints, per benchmark, the number, its ratio to the baseline of the same run, and the promise.
 */
const ALL: readonly Benchmark[] = [
  ...codec,
  ...decode,
  ...ingest,
  ...istat,
  ...loopDelay,
  ...store,
  ...render,
  ...functions,
  ...importing,
  ...tags,
  ...names,
];

function option(name: string): string | undefined {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
}

function shown(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toFixed(2)} M`;
  if (value >= 1e4) return `${(value / 1e3).toFixed(0)} k`;
  return value.toPrecision(3);
}

if (process.argv.includes("--list")) {
  for (const { name, unit } of ALL) console.log(`${name.padEnd(20)} ${unit}`);
} else {
  const seconds = Number(option("seconds") ?? 10);
  const only = option("only");
  console.log(
    `Node ${process.version}, ${seconds} s each; CPU seconds are user and system of all threads`,
  );
  for (const benchmark of ALL) {
    if (only !== undefined && benchmark.name !== only) continue;
    const { value, baseline, note } = await benchmark.run(seconds);
    const ratio =
      baseline === null
        ? ""
        : `  ${(value / baseline).toFixed(1)} x the naive way (${shown(baseline)})`;
    const promise = benchmark.floor === null ? "" : `  promised ${shown(benchmark.floor)}`;
    console.log(
      `${benchmark.name.padEnd(18)} ${shown(value).padStart(9)} ${benchmark.unit}${ratio}${promise}${note === undefined ? "" : `  (${note})`}`,
    );
  }
}
