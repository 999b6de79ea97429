// Generates the target parser, compiles everything to dist/ and builds the pages to dist/ui. Quick when
// nothing changed: a stamp holds the newest modification time that the last build saw. Writes to
// stderr only, so that the stdout of `npm start` belongs to the server.
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildUi } from "./build-ui.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stampFile = join(root, "dist", ".build-stamp");
const inputs = [
  "src",
  "compat",
  "test",
  "bench",
  "grammar",
  "scripts",
  "tsconfig.json",
  "package-lock.json",
];

/** A text that changes when a source file is added, removed or written. */
function fingerprint() {
  let newest = 0;
  let count = 0;
  const visit = (path) => {
    if (!existsSync(path)) return;
    const stat = statSync(path);
    if (stat.isDirectory()) {
      for (const name of readdirSync(path)) if (name !== "fixtures") visit(join(path, name));
      return;
    }
    count++;
    newest = Math.max(newest, stat.mtimeMs);
  };
  for (const input of inputs) visit(join(root, input));
  return `${count} ${newest}`;
}

export async function build() {
  const seen = fingerprint();
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === seen) return;
  removeCompiled();
  const grammar = join(root, "grammar", "target.peggy");
  if (existsSync(grammar)) {
    const { default: peggy } = await import("peggy");
    const parser = peggy.generate(readFileSync(grammar, "utf8"), {
      output: "source",
      allowedStartRules: ["Target", "Whole"],
      format: "es",
      grammarSource: "grammar/target.peggy",
    });
    const folder = join(root, "dist", "src", "target");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "target-grammar.js"), parser);
  }
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const done = spawnSync(process.execPath, [tsc, "-p", root], { stdio: ["ignore", 2, 2] });
  if (done.status !== 0) process.exit(done.status ?? 1);
  await buildUi();
  writeFileSync(stampFile, seen);
}

/** The pages know by themselves when they are stale. */
function removeCompiled() {
  const dist = join(root, "dist");
  if (!existsSync(dist)) return;
  for (const name of readdirSync(dist)) {
    if (name !== "ui" && name !== ".ui-stamp") rmSync(join(dist, name), { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
