/** A set of series, as whole numbers below a bound. */
export class SeriesBits {
  readonly #words: Uint32Array;

  constructor(bound: number) {
    this.#words = new Uint32Array((bound >>> 5) + 1);
  }

  add(series: number): void {
    this.#words[series >>> 5]! |= 1 << (series & 31);
  }

  addAll(series: Int32Array): void {
    for (let i = 0; i < series.length; i++) this.add(series[i]!);
  }

  has(series: number): boolean {
    return (this.#words[series >>> 5]! & (1 << (series & 31))) !== 0;
  }

  /** Its members, ascending. */
  list(): Int32Array {
    let count = 0;
    for (const word of this.#words) if (word !== 0) count += bitsOf(word);
    const list = new Int32Array(count);
    let at = 0;
    for (let i = 0; i < this.#words.length; i++) {
      for (let word = this.#words[i]!; word !== 0; word &= word - 1) {
        list[at++] = i * 32 + 31 - Math.clz32(word & -word);
      }
    }
    return list;
  }
}

function bitsOf(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}
