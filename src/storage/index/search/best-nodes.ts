/** The nodes with the lowest keys, of many: those that were seen first where keys are equal. */
export class BestNodes {
  readonly nodes: number[] = [];
  readonly #keys: number[] = [];
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(node: number, key: number): void {
    const keys = this.#keys;
    if (keys.length >= this.#limit) {
      if (this.#limit === 0 || key >= keys[keys.length - 1]!) return;
      keys.pop();
      this.nodes.pop();
    }
    let low = 0;
    for (let high = keys.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (keys[middle]! <= key) low = middle + 1;
      else high = middle;
    }
    keys.splice(low, 0, key);
    this.nodes.splice(low, 0, node);
  }

  keyOf(place: number): number {
    return this.#keys[place]!;
  }
}
