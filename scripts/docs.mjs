// Writes the pages of docs/ that are made of the code: docs/functions.md.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "./build.mjs";

await build();
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { functionsDoc } = await import("../dist/src/render/functions-doc.js");
mkdirSync(join(root, "docs"), { recursive: true });
writeFileSync(join(root, "docs", "functions.md"), functionsDoc());
