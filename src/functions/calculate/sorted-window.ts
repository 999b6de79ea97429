/** The known values of a window that moves along, always in order. */
export class SortedWindow {
  readonly values: Float64Array;
  length = 0;

  constructor(capacity: number) {
    this.values = new Float64Array(capacity);
  }

  /** A gap is not added. */
  add(value: number): void {
    if (Number.isNaN(value)) return;
    const at = this.#firstNotBelow(value);
    this.values.copyWithin(at + 1, at, this.length);
    this.values[at] = value;
    this.length++;
  }

  /** Takes out one value that was added. */
  remove(value: number): void {
    if (Number.isNaN(value)) return;
    const at = this.#firstNotBelow(value);
    this.values.copyWithin(at, at + 1, this.length);
    this.length--;
  }

  #firstNotBelow(value: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.values[middle]! < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
