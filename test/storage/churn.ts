import { ChurnWorld } from "./churn-world.ts";

/**
 * node --expose-gc dist/test/storage/churn.js [--names N] [--per-window N]
 *
 * Lets N names come and go, ten thousand in ten minutes of a clock that is turned by hand (ten million
 * a week), and prints what is resident, and by how much it grew for each name since the row before.
 */
function option(name: string, fallback: number): number {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
}

const names = option("names", 1_000_000);
const perWindow = option("per-window", 10_000);
const ROWS = 10;
const world = new ChurnWorld(names);
let before = { rss: 0, names: 0 };
console.log("   names  resident MB  bytes a name  in the table  head pages");
try {
  while (world.names < names) {
    const end = Math.min(names, world.names + Math.ceil(names / ROWS));
    while (world.names < end) world.window(Math.min(perWindow, end - world.names));
    globalThis.gc?.();
    const { rss } = process.memoryUsage();
    const grown = before.rss === 0 ? Number.NaN : (rss - before.rss) / (world.names - before.names);
    before = { rss, names: world.names };
    const cells = [
      String(world.names).padStart(8),
      (rss / 1e6).toFixed(0).padStart(11),
      grown.toFixed(0).padStart(12),
      String(world.table.count).padStart(12),
      String(world.store.view.pool.used).padStart(10),
    ];
    console.log(cells.join("  "));
  }
} finally {
  world.close();
}
