import test from "ava";
import fc from "fast-check";
import { NameTable } from "../../src/storage/name-table.ts";
import { property } from "../property.ts";

test("names that are forgotten are asked for again, and no others", (t) => {
  const name = fc.nat({ max: 300 }).map((number) => `name.${number}`);
  const step = fc.oneof(name, fc.array(name, { maxLength: 40 }));
  property(t, [fc.array(step, { maxLength: 400 })], (steps) => {
    let next = 0;
    const asked: string[] = [];
    const table = new NameTable((raw) => {
      asked.push(raw.toString());
      return next++;
    });
    const known = new Map<string, number>();
    const resolve = (text: string): number => {
      const bytes = Buffer.from(text);
      return table.seriesOf(table.resolve(bytes, 0, bytes.length));
    };
    for (const one of steps) {
      if (typeof one === "string") {
        asked.length = 0;
        const isKnown = known.has(one);
        const series = resolve(one);
        // More may be forgotten, but nothing may be mistaken for something else.
        if (isKnown && asked.length === 0 && series !== known.get(one)) return false;
        if (!isKnown && asked.join() !== one) return false;
        known.set(one, series);
      } else {
        const gone = new Set(one.map((text) => known.get(text)));
        table.forget((series) => gone.has(series));
        for (const text of one) known.delete(text);
      }
    }
    return [...known].every(([text, series]) => {
      asked.length = 0;
      return resolve(text) === series || asked.join() === text;
    });
  });
});
