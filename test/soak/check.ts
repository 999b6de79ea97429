import type { TestServer } from "../server.ts";
import {
  LATE_SERIES,
  LATE_SLOTS,
  type Load,
  nameOf,
  SERIES_PER_GROUP,
  STEP,
  valueAt,
} from "./load.ts";

type Answer = { target: string; datapoints: [number | null, number][] }[];

/** Compares the sums of all groups, slot by slot, with what was sent; says what is wrong. */
export async function lostPoints(
  server: TestServer,
  load: Load,
  series: number,
  lateStart: number,
): Promise<string[]> {
  const problems: string[] = [];
  const until = load.start + (load.rounds - 1) * STEP;
  for (let from = 0; from < series; from += SERIES_PER_GROUP) {
    const group = nameOf(from).split(".")[1]!;
    const sums = await ask(server, `sumSeries(soak.${group}.*)`, load.start - 1, until);
    for (let round = 0; round < load.rounds; round++) {
      let right = 0;
      for (let one = from; one < Math.min(series, from + SERIES_PER_GROUP); one++) {
        right += valueAt(one, round);
      }
      const value = sums.get(load.start + round * STEP);
      if (value !== right) problems.push(`${group} round ${round}: ${value} instead of ${right}`);
    }
  }
  const lateSlots = Math.min(load.late, LATE_SLOTS);
  const lateEnd = lateStart + (lateSlots - 1) * STEP;
  const late = await ask(server, "sumSeries(soak.late.*)", lateStart - 1, lateEnd);
  for (let i = 0; i < lateSlots; i++) {
    const value = late.get(lateStart + i * STEP);
    if (value !== LATE_SERIES) problems.push(`late ${i}: ${value} instead of ${LATE_SERIES}`);
  }
  return problems;
}

async function ask(
  server: TestServer,
  target: string,
  from: number,
  until: number,
): Promise<Map<number, number | null>> {
  const query = new URLSearchParams({
    target,
    from: String(from),
    until: String(until),
    format: "json",
  });
  const [first] = (await server.json(`/render?${query}`)) as Answer;
  return new Map((first?.datapoints ?? []).map(([value, time]) => [time, value]));
}
