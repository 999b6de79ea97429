import { readFileSync } from "node:fs";
import test from "ava";
import { loadPageFiles } from "../../src/http/page/page-files.ts";

const files = loadPageFiles("dist/ui");
const page = files.get("index.html")?.plain.toString() ?? "";
const MAX_FIRST_PAINT_BYTES = 100_000;

test("what the first paint needs is below 100 kB compressed", (t) => {
  const needed = [...page.matchAll(/(?:src|href)="\.\/(_[^"]+\.(?:js|css))"/g)].map(
    ([, path]) => files.get(path!)!,
  );
  t.true(needed.length >= 2);
  // The first screen, with all that other screens load of the same.
  const screen = [...files].filter(
    ([path, file]) =>
      /\.(js|css)$/.test(path) &&
      !needed.includes(file) &&
      !/_\/ui\/(query|dashboards|operate)-/.test(path),
  );
  const bytes = [...needed, ...screen.map(([, file]) => file)].reduce(
    (sum, file) => sum + (file.gzip ?? file.plain).length,
    0,
  );
  t.log(`${bytes} bytes`);
  t.true(bytes < MAX_FIRST_PAINT_BYTES, `${bytes} bytes`);
});

test("scripts hold no way from text to code", (t) => {
  for (const [path, file] of files) {
    if (!path.endsWith(".js")) continue;
    t.notRegex(file.plain.toString(), /\beval\(|new Function\(/, path);
  }
});

test("the licence of every package in the bundle comes with it", (t) => {
  const notices = files.get("_/ui/THIRD-PARTY-NOTICES.txt")?.plain.toString() ?? "";
  const { devDependencies } = JSON.parse(readFileSync("package.json", "utf8")) as {
    devDependencies: Record<string, string>;
  };
  for (const name of ["preact", "@preact/signals", "uplot", "vite"]) {
    t.true(notices.includes(`${name} ${devDependencies[name]} (MIT)`), name);
  }
  t.true((notices.match(/Permission is hereby granted/g) ?? []).length >= 3);
});
