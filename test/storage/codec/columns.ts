/** A random source with a seed, so that a column that fails can be made again. */
export function randomOf(seed: number): () => number {
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}

const scratch = new DataView(new ArrayBuffer(8));

/** A double of any bits, except NaN. */
function anyBits(random: () => number): number {
  for (;;) {
    scratch.setUint32(0, Math.floor(random() * 2 ** 32));
    scratch.setUint32(4, Math.floor(random() * 2 ** 32));
    const value = scratch.getFloat64(0);
    if (!Number.isNaN(value)) return value;
  }
}

/** `value` with its bit pattern moved by `steps`. */
export function nudged(value: number, steps: number): number {
  if (value === 0 || !Number.isFinite(value)) return value;
  scratch.setFloat64(0, value);
  scratch.setBigInt64(0, scratch.getBigInt64(0) + BigInt(steps));
  const result = scratch.getFloat64(0);
  return Number.isFinite(result) ? result : value;
}

const HOSTILE = [
  0,
  -0,
  1,
  -1,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
  Number.MIN_VALUE,
  -Number.MIN_VALUE,
  2.2250738585072014e-308,
  2.225073858507201e-308,
  Number.EPSILON,
  Number.MAX_SAFE_INTEGER,
  Number.MIN_SAFE_INTEGER,
  2 ** 53,
  -(2 ** 53),
  2 ** 50,
  -(2 ** 50),
  2 ** 50 - 1,
  2 ** 31,
  -(2 ** 31) - 1,
  1e22,
  1e23,
  1e-14,
  1e-15,
  1e-300,
  1e300,
  0.1,
  0.1 + 0.2,
  1 / 3,
  48.56800000000001,
];

function pick<T>(random: () => number, list: readonly T[]): T {
  return list[Math.floor(random() * list.length)]!;
}

/** Nearly normal. Sums and products only: a sine may differ by a bit between versions of Node. */
function gauss(random: () => number): number {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += random();
  return sum;
}

/** A magnitude from 1 to 10^decades. */
function magnitude(random: () => number, decades: number): number {
  return Number(`1e${Math.floor(random() * decades)}`) * (1 + 9 * random());
}

type Column = (random: () => number, i: number) => number;

/** Makers of columns, by name; each call begins a column of its own. */
export const KINDS: Record<string, (random: () => number) => Column> = {
  constant: (random) => {
    const value = pick(random, [...HOSTILE, 7, 0.25, 123456.789]);
    return () => value;
  },
  hostile: () => (random) => pick(random, HOSTILE),
  "any bits": () => anyBits,
  "runs of hostile values": (random) => {
    let value = pick(random, HOSTILE);
    const change = random() * random() * random();
    return (next) => {
      if (next() < change) value = pick(next, HOSTILE);
      return value;
    };
  },
  "sparse small integers": (random) => {
    const share = random() * random();
    return (next) => (next() < share ? 1 + Math.floor(next() * 4) : 0);
  },
  counter: (random) => {
    const rate = magnitude(random, 8);
    let total = Math.floor(magnitude(random, 15));
    return (next) => {
      total = next() < 0.0005 ? 0 : total + Math.floor(rate * next());
      return total;
    };
  },
  "steady counter": (random) => {
    const step = Math.floor(random() * 1e6) - 5e5;
    const start = Math.floor(random() * 1e9);
    const jitter = random() < 0.5 ? 0 : 0.01;
    return (next, i) => start + i * step + (next() < jitter ? 1 : 0);
  },
  "parabola with outliers": (random) => {
    const bend = Math.floor(random() * 1000);
    return (next, i) => (next() < 0.002 ? pick(next, [2 ** 50, -(2 ** 50)]) : bend * i * i);
  },
  parabola: (random) => {
    const bend = 1 + Math.floor(random() * 1000);
    return (next, i) => bend * i * i + (next() < 0.1 ? 1 : 0);
  },
  "integers of all magnitudes": () => (next) => {
    let value = 1;
    while (next() < 0.5 && value < 2 ** 45) value *= 2;
    return next() < 0.5 ? value : -value;
  },
  "integers near the limits": (random) => {
    const limit = pick(random, [2 ** 49, 2 ** 50, 2 ** 51, 2 ** 52, 2 ** 53]);
    return (next) => {
      const value = limit - Math.floor(next() * 3);
      return next() < 0.3 ? -value : value;
    };
  },
  "multiples of a unit": (random) => {
    const unit = pick(random, [4096, 1024, 1000, 1e6, 7, 0.25, 2 ** 40]);
    let level = Math.floor(random() * 1000);
    return (next) => {
      level += Math.round(gauss(next) * 3);
      return level * unit;
    };
  },
  decimals: (random) => {
    const places = Math.floor(random() * 8);
    const spread = magnitude(random, 6) / 10;
    const centre = (random() - 0.5) * magnitude(random, 7);
    return (next) => Number((centre + gauss(next) * spread).toFixed(places)) + 0;
  },
  "decimals and a minus zero": (random) => {
    const places = Math.floor(random() * 8);
    return (next) => Number((gauss(next) * 0.001).toFixed(places));
  },
  "decimals off by a few ulps": (random) => {
    const places = Math.floor(random() * 8);
    const share = random();
    const most = pick(random, [1, 1, 2, 40, 2000]);
    return (next) => {
      const value = Number((20 + gauss(next) * 7).toFixed(places));
      return next() < share ? nudged(value, Math.round((next() - 0.5) * 2 * most)) : value;
    };
  },
  "sums of decimals": (random) => {
    const addend = pick(random, [0.1, 0.01, 0.7, 1.1]);
    let total = 0;
    return (next) => {
      total += addend * Math.floor(next() * 5);
      return total;
    };
  },
  dictionary: (random) => {
    const entries = Array.from({ length: 1 + Math.floor(random() * random() * 200) }, () =>
      random() < 0.5 ? anyBits(random) : Math.floor(random() * 1e9),
    );
    return (next) => pick(next, entries);
  },
  "status codes": (random) => {
    const entries = Array.from({ length: 2 + Math.floor(random() * 6) }, () =>
      Math.floor(random() * 1e6),
    );
    return (next) => pick(next, entries);
  },
  "random mantissas": (random) => {
    const sign = random() < 0.3 ? () => (random() < 0.5 ? -1 : 1) : () => 1;
    return (next) => (sign() * 20 * (1 + next())) / (0.3 + next());
  },
  "float32 values": (random) => {
    let level = random() * 100;
    return (next) => {
      level += gauss(next);
      return Math.fround(level);
    };
  },
  "quotients of small integers": () => (next) =>
    Math.floor(next() * 900) / (1 + Math.floor(next() * 40)),
  "a smooth curve": (random) => {
    const turn = 0.001 + random() * 0.1;
    let x = 1;
    let y = 0;
    return () => {
      x -= turn * y;
      y += turn * x;
      return y;
    };
  },
};

/** A column of a kind, the same for the same arguments. */
export function columnOf(kind: string, seed: number, length: number): Float64Array {
  const random = randomOf(seed);
  const column = KINDS[kind]!(random);
  return Float64Array.from({ length }, (_, i) => column(random, i));
}
