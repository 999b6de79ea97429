// Builds the pages for people: src/ui becomes dist/ui, whose tree is that of the addresses it is served
// under. Every file has its compressed forms beside it. Nothing is done when no input changed: the
// stamp is a hash of all that went in. Writes to stderr only.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, "src", "ui");
const output = join(root, "dist", "ui");
const stampFile = join(root, "dist", ".ui-stamp");
const ASSETS = "_/ui";
/** Smaller files are sent as they are. */
const MIN_COMPRESSED_BYTES = 300;

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Pages are built of src/ui, and of what that imports from the rooms it may import from. */
function inputHash() {
  const rooms = ["model", "target"].flatMap((room) => filesBelow(join(root, "src", room)));
  const hash = createHash("sha256").update(readFileSync(join(root, "package-lock.json")));
  for (const file of [...filesBelow(source), ...rooms, fileURLToPath(import.meta.url)]) {
    hash
      .update(`${relative(root, file)}\0`)
      .update(readFileSync(file))
      .update("\0");
  }
  return hash.digest("hex");
}

/** A screen is called by its room. */
function chunkName({ name, facadeModuleId }) {
  const [, room] = /src\/ui\/([^/]+)\/screen\.tsx$/.exec(facadeModuleId ?? "") ?? [];
  return `${ASSETS}/${room ?? name}-[hash].js`;
}

/** The licences of the packages that are in the bundle, as they want to be passed on. */
function notices(modules) {
  const names = new Set();
  for (const id of modules) {
    const [, name] = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules)/.exec(id) ?? [];
    if (name !== undefined) names.add(name);
    else if (id.startsWith("\0vite/")) names.add("vite");
  }
  return [...names]
    .sort()
    .map((name) => {
      const folder = join(root, "node_modules", name);
      const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      const file = readdirSync(folder).find((one) => /^licen[cs]e(\.|$)/i.test(one));
      if (file === undefined) throw new Error(`${name} has no licence file`);
      const [text] = readFileSync(join(folder, file), "utf8").split(
        "# Licenses of bundled dependencies",
      );
      return `${name} ${version} (${license})\n\n${text.trim()}\n`;
    })
    .join(`\n${"-".repeat(80)}\n\n`);
}

function compress(file) {
  const bytes = readFileSync(file);
  if (bytes.length < MIN_COMPRESSED_BYTES) return;
  writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
  const params = { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params }));
}

export async function buildUi() {
  const hash = inputHash();
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === hash) return;
  rmSync(stampFile, { force: true });
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const checked = spawnSync(process.execPath, [tsc, "-p", source], { stdio: ["ignore", 2, 2] });
  if (checked.status !== 0) process.exit(checked.status ?? 1);
  const { build } = await import("vite");
  const modules = new Set();
  await build({
    root: source,
    base: "./",
    configFile: false,
    envDir: false,
    publicDir: false,
    logLevel: "warn",
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    build: {
      outDir: output,
      emptyOutDir: true,
      assetsDir: ASSETS,
      assetsInlineLimit: 0,
      target: "es2022",
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      rolldownOptions: { output: { chunkFileNames: chunkName } },
    },
    plugins: [
      {
        name: "modules",
        generateBundle(_options, bundle) {
          for (const chunk of Object.values(bundle)) {
            for (const id of Object.keys(chunk.modules ?? {})) modules.add(id);
          }
        },
      },
    ],
  });
  mkdirSync(join(output, ASSETS), { recursive: true });
  writeFileSync(join(output, ASSETS, "THIRD-PARTY-NOTICES.txt"), notices(modules));
  for (const file of filesBelow(output)) compress(file);
  writeFileSync(stampFile, hash);
}
