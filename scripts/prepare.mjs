// Runs before `npm start` and `npm test`: installs what package-lock.json names when node_modules is
// missing or stale, then builds. Nothing to do costs a few milliseconds. Writes to stderr only.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const installedMark = join(root, "node_modules", ".statite-lock-sha256");
const wanted = createHash("sha256")
  .update(readFileSync(join(root, "package-lock.json")))
  .digest("hex");

if (!existsSync(installedMark) || readFileSync(installedMark, "utf8") !== wanted) {
  console.error("statite: installing dependencies (npm ci)");
  // --include=dev: the build needs them even where NODE_ENV=production is set.
  const done = spawnSync("npm", ["ci", "--include=dev", "--no-audit", "--no-fund"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
  });
  if (done.status !== 0) {
    console.error("statite: npm ci failed; see its message above");
    process.exit(done.status ?? 1);
  }
  writeFileSync(installedMark, wanted);
}

const { build } = await import("./build.mjs");
await build();
