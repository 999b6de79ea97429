import { simulate } from "./simulation.ts";

/**
 * node dist/test/storage/simulate.js [--seconds N] [--seed FIRST]
 *
 * Simulates crashes with one seed after the other, and prints every one that fails. A seed that has
 * failed once belongs into the test beside this file.
 */
function option(name: string, fallback: number): number {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
}

const first = option("seed", Math.floor(Date.now() / 1000));
const end = performance.now() + option("seconds", 60) * 1000;
let seeds = 0;
let failures = 0;
while (performance.now() < end) {
  const seed = first + seeds++;
  for (const kind of ["kill", "power"] as const) {
    const problem = simulate(seed, kind);
    if (problem === null) continue;
    failures++;
    console.log(problem);
  }
}
console.log(
  `seeds ${first} to ${first + seeds - 1}, four lives each of both kinds: ${failures} failures`,
);
process.exit(failures === 0 ? 0 : 1);
