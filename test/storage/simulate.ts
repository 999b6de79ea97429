import { FAILED_SEEDS } from "./simulation/failed-seeds.ts";
import { simulate } from "./simulation/simulate.ts";

/**
 * node dist/test/storage/simulate.js [--seconds N] [--seed FIRST]
 *
 * Simulates lives and crashes of a store with one seed after the other, after all seeds that have
 * ever failed, and prints every one that fails. Such a seed belongs into simulation/failed-seeds.ts.
 */
function option(name: string, fallback: number): number {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
}

let failures = 0;
function run(seed: number): void {
  let problem: string | null;
  try {
    problem = simulate(seed);
  } catch (error) {
    problem = `seed ${seed}: ${error instanceof Error ? error.stack : String(error)}`;
  }
  if (problem === null) return;
  failures++;
  console.log(problem);
}

const first = option("seed", Math.floor(Date.now() / 1000));
const end = performance.now() + option("seconds", 60) * 1000;
console.log(`${FAILED_SEEDS.length} seeds that have failed before, then from seed ${first} on`);
for (const seed of FAILED_SEEDS) run(seed);
let seeds = 0;
while (performance.now() < end) run(first + seeds++);
const { user, system } = process.cpuUsage();
console.log(
  `seeds ${first} to ${first + seeds - 1}: ${failures} failures; ${((user + system) / 1e3 / (seeds + FAILED_SEEDS.length)).toFixed(0)} ms of CPU each`,
);
process.exit(failures === 0 ? 0 : 1);
