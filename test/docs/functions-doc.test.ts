import { readFileSync } from "node:fs";
import test from "ava";
import { FUNCTIONS } from "../../src/functions/index.ts";
import { functionsDoc } from "../../src/render/functions-doc.ts";

test("docs/functions.md says what the functions say of themselves", (t) => {
  t.is(readFileSync("docs/functions.md", "utf8"), functionsDoc(), "npm run docs writes it anew");
});

test("every function says what it does, in sentences", (t) => {
  for (const { name, doc } of FUNCTIONS) t.regex(doc, /^[A-Z].*\.$/, name);
});
