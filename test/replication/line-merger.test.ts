import test from "ava";
import fc from "fast-check";
import { LineMerger } from "../../src/replication/line-merger.ts";
import { property } from "../property.ts";

const T = 1_700_000_000;

function merged(text: string, step = 10): string[] {
  const merger = new LineMerger(step);
  merger.add("istat", Buffer.from(text, "latin1"));
  return merger.take().flatMap(({ payload }) => payload.toString("latin1").split(/(?<=\n)/));
}

test("samples of a name and slot become a line of seven fields, at the time of the first", (t) => {
  const seven = `x ${T} 10 60 1 5 4\n`;
  t.deepEqual(merged(`a ${T + 1} 1.5\na ${T + 9} 2.5\na ${T - 10} 3\n${seven}${seven}`), [
    `a ${T + 1} 4 8.5 1.5 2.5 2\n`,
    `a ${T - 10} 3 9 3 3 1\n`,
    `x ${T} 20 120 1 5 8\n`,
  ]);
});

test("names stay as they were written, with stars and carets", (t) => {
  t.deepEqual(merged(`*hits^host.A^ ${T} 1\n*hits^host.A^ ${T} 2\n #odd ${T} 1\n #odd ${T} 1\n`), [
    `*hits^host.A^ ${T} 3 5 1 2 2\n`,
    ` #odd ${T} 2 2 1 1 2\n`,
  ]);
});

test("every number is read back as it was", (t) => {
  t.deepEqual(merged(`big ${T} 123456789.25\nhuge ${T} 1e300\nend ${T} inf\n`), [
    `big ${T} 123456789.25 ${123456789.25 ** 2} 123456789.25 123456789.25 1\n`,
    `huge ${T} 1e300\n`,
    `end ${T} inf\n`,
  ]);
});

test("carbon lines stay as they are, in order, and are batches of their own", (t) => {
  const merger = new LineMerger(10);
  merger.add("carbon", Buffer.from(`a 1 ${T}\na 2 ${T}\n`));
  merger.add("istat", Buffer.from(`b ${T} 1\n`));
  merger.add("carbon", Buffer.from(`a 3 ${T}\n`));
  const [istat, carbon, ...more] = merger.take();
  t.like(istat, { kind: "istat", lines: 1 });
  t.like(carbon, { kind: "carbon", lines: 3 });
  t.is(carbon!.payload.toString(), `a 1 ${T}\na 2 ${T}\na 3 ${T}\n`);
  t.deepEqual(more, []);
  t.deepEqual(merger.take(), []);
});

test("batches hold whole lines, and all of them", (t) => {
  const lines = Array.from({ length: 5000 }, (_, i) => `name.of.a.counter.${i} ${T} ${i}\n`);
  const merger = new LineMerger(10);
  merger.add("istat", Buffer.from(lines.join("")));
  const batches = merger.take();
  t.true(batches.length > 2);
  t.true(batches.every(({ payload }) => payload.length <= 65_536 && payload.at(-1) === 10));
  t.is(
    batches.reduce((sum, batch) => sum + batch.lines, 0),
    5000,
  );
});

test("however samples are cut into lines, count, sum, minimum and maximum stay", (t) => {
  property(
    t,
    [fc.array(fc.tuple(fc.constantFrom("a", "*b"), fc.nat(30), fc.integer({ min: -9, max: 9 })))],
    (samples) => {
      const lines = merged(samples.map(([name, at, v]) => `${name} ${T + at} ${v}\n`).join(""));
      return [0, 10, 20, 30].every((slot) =>
        ["a", "*b"].every((name) => {
          const values = samples
            .filter(([one, at]) => one === name && Math.floor(at / 10) * 10 === slot)
            .map(([, , value]) => value);
          const found = lines.filter((line) => {
            const [one, time] = line.split(" ");
            return one === name && Math.floor((Number(time) - T) / 10) * 10 === slot;
          });
          if (values.length === 0) return found.length === 0;
          const [, , sum, , min, max, count] = found[0]!.split(" ").map(Number);
          return (
            found.length === 1 &&
            sum === values.reduce((a, b) => a + b, 0) &&
            min === Math.min(...values) &&
            max === Math.max(...values) &&
            count === values.length
          );
        }),
      );
    },
    { numRuns: 200 },
  );
});
