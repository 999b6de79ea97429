import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import test from "ava";

/** Which rooms each room may import from, besides itself; `cli` sees all. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  "src/model": [],
  "src/protocols": ["src/model"],
  "src/storage": ["src/model"],
  "src/target": ["src/model"],
  "src/config": ["src/model"],
  "src/functions": ["src/model", "src/target"],
  "src/render": ["src/model", "src/target", "src/functions"],
  "src/ingest": ["src/model", "src/protocols", "src/storage", "src/config"],
  "src/documents": ["src/model", "src/storage"],
  "src/replication": ["src/model", "src/protocols", "src/storage", "src/config", "src/ingest"],
  "src/query": [
    "src/model",
    "src/config",
    "src/storage",
    "src/target",
    "src/functions",
    "src/render",
    "compat",
  ],
  "src/http": ["src/model", "src/target", "src/functions", "src/render"],
  "src/ui": ["src/model", "src/target"],
  compat: ["src/model", "src/storage"],
};

/** The same for the rooms within `src/ui`; `shell` joins them all. */
const UI_MAY_IMPORT: Record<string, readonly string[]> = {
  state: [],
  api: ["state"],
  parts: ["state"],
  graph: ["state", "api", "parts"],
  query: ["state", "api", "parts", "graph"],
  explore: ["state", "api", "parts", "graph", "query"],
  dashboards: ["state", "api", "parts", "graph", "query", "explore"],
  operate: ["state", "api", "parts", "graph", "explore"],
};

const IMPORT = /(?:from|import)\s*\(?\s*["'](\.[^"']+)["']/g;

const root = process.cwd();

function sourceFiles(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return sourceFiles(path);
    return /\.[mc]?tsx?$/.test(name) ? [path] : [];
  });
}

function roomOf(path: string): string {
  const parts = relative(root, path).split("/");
  return parts[0] === "src" ? `src/${parts[1]}` : (parts[0] ?? "");
}

test("imports between rooms point one way", (t) => {
  const wrong: string[] = [];
  for (const file of [...sourceFiles("src"), ...sourceFiles("compat")]) {
    const room = roomOf(resolve(file));
    if (room === "src/cli") continue;
    const allowed = MAY_IMPORT[room];
    if (allowed === undefined) {
      wrong.push(`${file}: the room ${room} is not in the table`);
      continue;
    }
    for (const [, specifier] of readFileSync(file, "utf8").matchAll(IMPORT)) {
      const target = roomOf(resolve(dirname(file), specifier ?? ""));
      if (target !== room && !allowed.includes(target)) wrong.push(`${file} imports ${specifier}`);
    }
  }
  t.deepEqual(wrong, []);
});

test("imports between the rooms of the pages point one way", (t) => {
  const roomBelow = (path: string): string => relative(join(root, "src/ui"), path).split("/")[0]!;
  const wrong: string[] = [];
  for (const file of sourceFiles("src/ui")) {
    const room = roomBelow(resolve(file));
    if (room === "shell") continue;
    const allowed = UI_MAY_IMPORT[room];
    if (allowed === undefined) {
      wrong.push(`${file}: the room ${room} is not in the table`);
      continue;
    }
    for (const [, specifier = ""] of readFileSync(file, "utf8").matchAll(IMPORT)) {
      const target = resolve(dirname(file), specifier);
      if (roomOf(target) !== "src/ui") continue;
      const to = roomBelow(target);
      if (to !== room && !allowed.includes(to)) wrong.push(`${file} imports ${specifier}`);
    }
  }
  t.deepEqual(wrong, []);
});

test("pages make no markup of text", (t) => {
  const makers = sourceFiles("src/ui").filter((file) =>
    /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/.test(
      readFileSync(file, "utf8"),
    ),
  );
  t.deepEqual(makers, []);
});

test("only the command line reads argv and the environment", (t) => {
  const readers = sourceFiles("src")
    .filter((file) => roomOf(resolve(file)) !== "src/cli")
    .filter((file) => /process\.(argv|env)\b/.test(readFileSync(file, "utf8")));
  t.deepEqual(readers, []);
});

test("source files are kebab-case and imports end in .ts", (t) => {
  const wrong = [...sourceFiles("src"), ...sourceFiles("test"), ...sourceFiles("compat")].filter(
    (file) => {
      const name = file.split("/").at(-1) ?? "";
      if (!/^[a-z0-9]+(-[a-z0-9]+)*(\.test|\.d)?\.tsx?$/.test(name)) return true;
      return /from ["']\.[^"']*\/[^"'.]+["']/.test(readFileSync(file, "utf8"));
    },
  );
  t.deepEqual(wrong, []);
});
