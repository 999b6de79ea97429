import { readFileSync } from "node:fs";
import test from "ava";
import { ERRORS } from "../../src/model/errors.ts";

/** Rows of the table: code, status, meaning, what to change. */
function rows(): string[][] {
  return readFileSync("docs/errors.md", "utf8")
    .split("\n")
    .filter((line) => line.startsWith("| `ERR_"))
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .map((cells) => cells.slice(1, -1));
}

test("docs/errors.md lists every code with its status, once and in order, and no other", (t) => {
  const listed = rows().map(([code, status]) => [code?.replaceAll("`", ""), Number(status)]);
  t.deepEqual(listed, Object.entries(ERRORS));
});

test("every code says what it means and what to change", (t) => {
  for (const row of rows()) {
    t.is(row.length, 4, row[0]);
    for (const cell of row.slice(2)) t.true(cell.length > 10, row[0]);
  }
});
