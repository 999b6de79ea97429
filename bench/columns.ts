import { randomOf } from "./random.ts";

type Random = () => number;
/** Makes a series; each call of what it returns is the next value. */
type Maker = (random: Random) => (slot: number) => number;

function gauss(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Events in an interval that has `mean` of them on average. */
function events(random: Random, mean: number): number {
  if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * gauss(random)));
  const end = Math.exp(-mean);
  let count = -1;
  for (let product = 1; product > end; product *= random()) count++;
  return count;
}

function round(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}

/** What a fleet of servers sends: the kinds of series and how many of a hundred are of each. */
const LOAD: readonly { share: number; kind: string; make: Maker }[] = [
  {
    share: 25,
    kind: "constant",
    make: (random) => {
      const value = Math.floor(random() * 100);
      return () => value;
    },
  },
  {
    share: 10,
    kind: "rarely changing",
    make: (random) => {
      let value = Math.floor(random() * 1000);
      return () => {
        if (random() < 0.003) value = Math.floor(random() * 1000);
        return value;
      };
    },
  },
  {
    share: 10,
    kind: "mostly zero",
    make: (random) => () => (random() < 0.08 ? 1 + events(random, 1) : 0),
  },
  {
    share: 12,
    kind: "counter of events",
    make: (random) => {
      let total = Math.floor(random() * 1e9);
      const mean = 10 ** (random() * 4);
      return () => {
        total += events(random, mean);
        return total;
      };
    },
  },
  {
    share: 5,
    kind: "counter of bytes",
    make: (random) => {
      let total = Math.floor(random() * 1e12);
      const usual = 10 ** (4 + random() * 3);
      return () => {
        total += Math.floor(usual * Math.exp(gauss(random) * 0.5));
        return total;
      };
    },
  },
  {
    share: 5,
    kind: "integer gauge",
    make: (random) => (slot) => events(random, 200 * (1 + 0.5 * Math.sin(slot / 1375))),
  },
  {
    share: 6,
    kind: "temperature, 2 decimals",
    make: (random) => {
      let value = 20 + random() * 60;
      return () => {
        value += gauss(random) * 0.15;
        return round(value, 2);
      };
    },
  },
  {
    share: 10,
    kind: "CPU percent, 2 decimals",
    make: (random) => {
      const base = 5 + random() * 60;
      let swing = 0;
      return () => {
        swing = swing * 0.8 + gauss(random) * 2;
        return round(Math.min(100, Math.max(0, base + swing)), 2);
      };
    },
  },
  {
    share: 4,
    kind: "memory in pages",
    make: (random) => {
      let pages = 1_000_000 + Math.floor(random() * 1e6);
      return () => {
        if (random() < 0.5) pages += Math.round(gauss(random) * 40);
        return pages * 4096;
      };
    },
  },
  {
    share: 5,
    kind: "rate over 10 s",
    make: (random) => {
      const mean = 10 ** (1 + random() * 3);
      return () => events(random, mean) / 10;
    },
  },
  {
    share: 4,
    kind: "latency, 3 decimals",
    make: (random) => () => round(20 * Math.exp(gauss(random) * 0.4), 3),
  },
  {
    share: 2,
    kind: "noise",
    make: (random) => () => 20 * Math.exp(gauss(random) * 0.4),
  },
  {
    share: 3,
    kind: "mean of integers",
    make: (random) => () => {
      const count = 1 + events(random, 30);
      return Math.floor(count * 20 * Math.exp(gauss(random) * 0.2)) / count;
    },
  },
];

/** The load as columns of `block` values, `slots` values of each series; a series per share. */
export function mixedColumns(slots: number, block: number): Float64Array[] {
  const random = randomOf(17);
  const columns: Float64Array[] = [];
  for (const { share, make } of LOAD) {
    for (let n = 0; n < share; n++) {
      const next = make(random);
      const values = Float64Array.from({ length: slots }, (_, slot) => next(slot));
      for (let at = 0; at < slots; at += block) columns.push(values.slice(at, at + block));
    }
  }
  return columns;
}
