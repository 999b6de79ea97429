import test, { type ExecutionContext } from "ava";
import fc from "fast-check";
import { peerRender } from "../../../src/render/carbonserver/render.ts";
import { V2, V3 } from "../../http/carbonapi-messages.ts";
import { type GivenSeries, MemorySource } from "../../memory-source.ts";
import { decode, encode, type Message } from "../../protobuf.ts";

const LIMITS = { maxSeries: 1000, maxDatapoints: 100_000, seconds: 10 };
const START = 1_700_000_000;

const value = fc.oneof(
  fc.double(),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -0, 5e-324, Number.MAX_VALUE),
);
const name = fc
  .array(fc.constantFrom("a", "b", "ä", "€", "x(", "y)", "𝄞"), { minLength: 1, maxLength: 4 })
  .map((nodes) => nodes.join("."));
const series = fc
  .tuple(name, fc.array(value, { minLength: 1, maxLength: 30 }))
  .map(([path, values]): GivenSeries => ({ name: path, start: START, step: 10, values }));
const store = fc.uniqueArray(series, { selector: (one) => one.name, minLength: 1, maxLength: 5 });

async function holds(
  t: ExecutionContext,
  check: (list: readonly GivenSeries[]) => Promise<boolean>,
): Promise<void> {
  const result = await fc.check(fc.asyncProperty(store, check), { numRuns: 200 });
  t.false(result.failed, result.failed ? fc.defaultReportMessage(result) : undefined);
}

type Row = Record<string, unknown>;

function rowsOf(body: Uint8Array, message: Message): Row[] {
  return decode(body, message).metrics as Row[];
}

const windowOf = (list: readonly GivenSeries[]): { from: number; until: number } => ({
  from: START - 10,
  until: START - 10 + Math.max(...list.map(({ values }) => values.length)) * 10,
});

test("what v3 carries is what is stored, to the last bit", async (t) => {
  await holds(t, async (list) => {
    const { from: startTime, until: stopTime } = windowOf(list);
    const metrics = list.map((one) => ({ name: one.name, startTime, stopTime }));
    const body = encode({ metrics }, V3.multiFetchRequest);
    const request = { protocol: "v3", names: [], body } as const;
    const answer = await peerRender(request, new MemorySource(list), "UTC", LIMITS);
    const rows = rowsOf(answer.body, V3.multiFetchResponse);
    return (
      rows.length === list.length &&
      rows.every((row, i) => {
        const { name: path, values } = list[i]!;
        const got = row.values as number[];
        const isWhole = row.stopTime === (row.startTime as number) + got.length * 10;
        return (
          row.name === path &&
          row.pathExpression === path &&
          isWhole &&
          got.every((one, at) => Object.is(one, values[at] ?? Number.NaN))
        );
      })
    );
  });
});

test("what v2 carries is what is stored, with gaps apart", async (t) => {
  await holds(t, async (list) => {
    const { from, until } = windowOf(list);
    const names = list.map((one) => one.name);
    const request = { protocol: "v2", names, from: `${from}`, until: `${until}` } as const;
    const answer = await peerRender(request, new MemorySource(list), "UTC", LIMITS);
    const rows = rowsOf(answer.body, V2.multiFetchResponse);
    return rows.every((row, i) => {
      const { name: path, values } = list[i]!;
      const absent = row.isAbsent as boolean[];
      return (
        row.name === path &&
        (row.values as number[]).every((one, at) => {
          const stored = values[at] ?? Number.NaN;
          return Number.isNaN(stored)
            ? one === 0 && absent[at]
            : Object.is(one, stored) && !absent[at];
        })
      );
    });
  });
});
