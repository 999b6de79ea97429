import { temporaryFolder } from "../server.ts";
import { differences, NOW, openStore, problemsOf, run } from "./imported-tree.ts";
import { makeWhisperFiles } from "./whisper-oracle.ts";

/**
 * node dist/test/compat/many-files.js [--files N] [--seed N]
 *
 * Makes random whisper files with python3-whisper, imports them and compares every fetch with
 * whisper's own, before and after merges. Prints what differs; exit status 1 then. Nearly every file
 * has archives of its own, and a store knows 4096 different retentions.
 */
function option(name: string, fallback: number): number {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
}

const tree = temporaryFolder();
const data = temporaryFolder();
const made = makeWhisperFiles(tree.path, option("files", 2500), option("seed", 1), NOW);
const { files, points, skipped } = await run(tree.path, data.path);
const store = openStore(data.path);
const wrong = differences(store, made);
store.settle();
const settled = openStore(data.path);
wrong.push(...differences(settled, made), ...problemsOf(data.path), ...skipped);
const again = await run(tree.path, data.path);
if (again.changed > 0) wrong.push(`${again.changed} points were written again`);
const verified = await run(tree.path, data.path, {}, true);
if (verified.changed > 0) wrong.push(`${verified.changed} points are missing`);
for (const line of wrong) console.log(line);
const fetches = made.reduce((sum, one) => sum + one.fetches.length, 0);
console.log(`${files} files, ${points} points, ${fetches} fetches, ${wrong.length} differences`);
tree.remove();
data.remove();
process.exit(wrong.length === 0 ? 0 : 1);
