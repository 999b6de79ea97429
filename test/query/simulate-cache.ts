import { simulateCache } from "./cache-simulation.ts";

/**
 * node dist/test/query/simulate-cache.js [--seconds N] [--seed FIRST]
 *
 * Compares cached answers with fresh ones, one seed after the other, and prints every one that fails.
 */
function option(name: string, fallback: number): number {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
}

const first = option("seed", Math.floor(Date.now() / 1000));
const end = performance.now() + option("seconds", 60) * 1000;
let seed = first;
let hits = 0;
let failures = 0;
for (; performance.now() < end; seed++) {
  const run = await simulateCache(seed, 3000);
  hits += run.hits;
  if (run.problem === null) continue;
  failures++;
  console.log(run.problem);
}
console.log(`seeds ${first} to ${seed - 1}: ${hits} cached answers, ${failures} failures`);
process.exit(failures === 0 ? 0 : 1);
