import { dumpDifferences } from "./exported-dumps.ts";

/**
 * node dist/test/compat/many-exports.js [--files N] [--seed N]
 *
 * Random whisper files, imported and exported again: whisper-dump has to say the same of both. Prints
 * what differs; exit status 1 then.
 */
function option(name: string, fallback: number): number {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
}

const { compared, points, wrong } = await dumpDifferences(option("files", 500), option("seed", 1));
for (const line of wrong) console.log(line);
console.log(`${compared} files, ${points} points, ${wrong.length} differences`);
process.exit(wrong.length === 0 ? 0 : 1);
