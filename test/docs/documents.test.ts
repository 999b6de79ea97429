import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import test from "ava";
import { SETTINGS } from "../../src/config/settings.ts";

function filesBelow(folder: string, pattern: RegExp): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return filesBelow(path, pattern);
    return pattern.test(name) ? [path] : [];
  });
}

const documents = [
  ...readdirSync(".").filter((name) => name.endsWith(".md")),
  ...filesBelow("docs", /\.md$/),
];

test("links in the documents lead to files", (t) => {
  const dead: string[] = [];
  let links = 0;
  for (const path of documents) {
    for (const [, link] of readFileSync(path, "utf8").matchAll(/\]\(([^)#\s]+)[^)]*\)/g)) {
      if (/^https?:/.test(link!)) continue;
      links++;
      if (!existsSync(join(dirname(path), link!))) dead.push(`${path}: ${link}`);
    }
  }
  t.deepEqual(dead, []);
  t.true(links > 50);
});

test("documents that comments in the code name are there", (t) => {
  const missing: string[] = [];
  for (const path of filesBelow("src", /\.ts$/)) {
    for (const [document] of readFileSync(path, "utf8").matchAll(/docs\/[\w./-]+\.md/g)) {
      if (!existsSync(document)) missing.push(`${path}: ${document}`);
    }
  }
  t.deepEqual(missing, []);
});

test("ARCHITECTURE.md has the table of rooms that is checked", (t) => {
  const tidy = readFileSync("test/tidy.test.ts", "utf8");
  const table = /MAY_IMPORT[^{]*\{(.*?)\n\};/s.exec(tidy)?.[1] ?? "";
  const checked = [...table.matchAll(/"?([\w/]+)"?: \[([^\]]*)\]/g)].map(([, room, list]) => [
    room!,
    [...list!.matchAll(/"([^"]+)"/g)].map(([, name]) => name!),
  ]);
  const drawn = readFileSync("ARCHITECTURE.md", "utf8")
    .split("\n")
    .filter((line) => /^\| `(src\/\w+|compat)` \|/.test(line) && !line.includes("everything"))
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .map(([, room, , imports]) => [
      room!.replaceAll("`", ""),
      [...imports!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!),
    ]);
  t.true(checked.length > 10);
  t.deepEqual(new Map(drawn as [string, string[]][]), new Map(checked as [string, string[]][]));
});

test("README.md lists every flag with its default", (t) => {
  const rows = readFileSync("README.md", "utf8")
    .split("\n")
    .filter((line) => line.startsWith("| `--"));
  for (const { name, fallback, notYet } of SETTINGS) {
    const row = rows.find((line) => line.includes(`\`--${name}\``));
    t.is(row === undefined, notYet === true, name);
    if (row !== undefined && fallback !== null) t.true(row.includes(`| \`${fallback}\` |`), name);
  }
});

test("every reason for which something is refused is explained in docs/formats", (t) => {
  const pages = filesBelow("docs/formats", /\.md$/)
    .map((path) => readFileSync(path, "utf8"))
    .join("");
  const sources = ["src/protocols", "src/ingest", "src/model", "src/config", "src/storage"]
    .flatMap((folder) => filesBelow(folder, /\.ts$/))
    .map((path) => readFileSync(path, "utf8"))
    .join("");
  const patterns = [
    /refused?\(\s*"([a-z0-9-]+)"/g,
    /(?:reason =|refusal:) "([a-z0-9-]+)"/g,
    /reason: "([a-z0-9]+(?:-[a-z0-9]+)+)"/g,
    /return "([a-z0-9]+(?:-[a-z0-9]+)+)"/g,
  ];
  const reasons = patterns.flatMap((pattern) => [...sources.matchAll(pattern)].map(([, r]) => r!));
  t.deepEqual(
    [...new Set(reasons)].filter((reason) => !pages.includes(`\`${reason}\``)),
    [],
  );
  t.true(new Set(reasons).size > 25);
});
