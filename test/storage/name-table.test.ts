import test from "ava";
import fc from "fast-check";
import { NameTable } from "../../src/storage/name-table.ts";
import { property } from "../property.ts";

const REFUSED = { series: [], refusal: "no", isPassing: false };
const PASSING = { series: [], refusal: "later", isPassing: true };

function resolve(table: NameTable, text: string): number {
  const bytes = Buffer.from(text);
  return table.resolve(bytes, 0, bytes.length);
}

/** Whether the name that followed `previous` last time is `text`. */
function follows(table: NameTable, previous: number, text: string): boolean {
  const bytes = Buffer.from(text);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return table.successorIs(previous, bytes, view, 0, bytes.length) >= 0;
}

test("a name is asked for once and keeps its meaning, also over a sweep", (t) => {
  property(t, [fc.array(fc.string({ maxLength: 40 }), { maxLength: 200 })], (texts) => {
    const known = new Map<string, number>();
    let asked = 0;
    const table = new NameTable((raw) => {
      asked++;
      const text = raw.toString();
      if (!known.has(text)) known.set(text, known.size);
      return known.get(text)!;
    });
    for (const text of texts) resolve(table, text);
    const isRight = (): boolean =>
      texts.every((text) => table.seriesOf(resolve(table, text)) === known.get(text));
    const wasRight = isRight() && asked === known.size && table.count === known.size;
    table.sweep((series) => series % 3 === 0);
    return wasRight && table.count <= known.size && isRight() && asked <= known.size * 2;
  });
});

test("a sweep keeps who follows whom, and gives the memory of the others back", (t) => {
  let next = 0;
  const table = new NameTable(() => next++);
  const texts = Array.from({ length: 10_000 }, (_, i) => `some.rather.long.name.number${i}.count`);
  let previous = -1;
  for (const text of texts) {
    const name = resolve(table, text);
    table.learn(previous, name);
    previous = name;
  }
  const { generation, memoryBytes } = table;
  t.true(memoryBytes / texts.length < 64, `${memoryBytes / texts.length} bytes a name`);
  table.sweep((series) => series % 4 < 2);
  t.not(table.generation, generation);
  t.is(table.count, texts.length / 2);
  t.true(table.memoryBytes < memoryBytes * 0.6);
  t.is(next, texts.length);
  t.true(follows(table, resolve(table, texts[4000]!), texts[4001]!));
  t.false(follows(table, resolve(table, texts[4001]!), texts[4002]!));
});

test("a table whose names are nearly all in use is left as it is", (t) => {
  let next = 0;
  const table = new NameTable(() => next++);
  for (let i = 0; i < 100; i++) resolve(table, `name${i}`);
  const { generation } = table;
  table.sweep((series) => series >= 10);
  t.is(table.generation, generation);
  t.is(table.count, 100);
});

test("a name that is refused for the moment is asked for again, whoever it follows", (t) => {
  let asked = 0;
  const table = new NameTable((raw) => {
    asked++;
    return raw.toString() === "late" ? (asked > 2 ? 7 : PASSING) : 1;
  });
  const first = resolve(table, "early");
  const second = resolve(table, "late");
  t.is(table.targetsOf(second).refusal, "later");
  table.learn(first, second);
  t.false(follows(table, first, "late"));
  t.is(table.seriesOf(resolve(table, "late")), 7);
});

test("a full table answers on, and a sweep makes room", (t) => {
  let next = 0;
  const table = new NameTable((raw) => (raw[0] === 120 ? REFUSED : next++), 1 << 18);
  for (let i = 0; i < 20_000; i++) {
    const name = resolve(table, i % 2 === 0 ? `x${i}` : `y${i}`);
    if (i % 2 === 0) t.is(table.targetsOf(name).refusal, "no");
    else t.is(table.seriesOf(name), (i - 1) / 2);
  }
  t.true(table.overflows > 0);
  table.sweep(() => false);
  t.is(table.count, 0);
  const { overflows } = table;
  resolve(table, "again");
  t.is(table.overflows, overflows);
  t.is(table.count, 1);
});

test("a name of more than 64 KiB is not kept", (t) => {
  const table = new NameTable(() => REFUSED);
  for (let i = 0; i < 3; i++) {
    const name = resolve(table, "n".repeat(200_000));
    t.is(table.targetsOf(name).refusal, "no");
  }
  t.is(table.count, 0);
});

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
