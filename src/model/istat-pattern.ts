/**
 * Patterns of istatd's name search: `*` stands for any run of characters, dots too, `?` for any run
 * without a dot; both may be empty. The whole name must match. Takes time in proportion to the
 * lengths of pattern and name.
 */
export class IstatPattern {
  readonly #pattern: string;
  /** Places in the pattern where the rest of a name may go on, now and next. */
  #places: Uint8Array;
  #next: Uint8Array;

  constructor(pattern: string) {
    this.#pattern = pattern.replace(/[*?]*\*[*?]*/g, "*").replace(/\?+/g, "?");
    this.#places = new Uint8Array(this.#pattern.length + 1);
    this.#next = new Uint8Array(this.#pattern.length + 1);
  }

  matches(name: string): boolean {
    const pattern = this.#pattern;
    this.#places.fill(0);
    enter(pattern, this.#places, 0);
    for (let i = 0; i < name.length; i++) {
      const char = name[i]!;
      const next = this.#next.fill(0);
      let isAlive = false;
      for (let at = 0; at < pattern.length; at++) {
        if (this.#places[at] === 0) continue;
        const wanted = pattern[at]!;
        const stays = wanted === "*" || (wanted === "?" && char !== ".");
        if (!stays && (wanted === "?" || wanted !== char)) continue;
        enter(pattern, next, stays ? at : at + 1);
        isAlive = true;
      }
      if (!isAlive) return false;
      this.#next = this.#places;
      this.#places = next;
    }
    return this.#places[pattern.length] === 1;
  }
}

/** Marks a place, and those behind it that nothing is needed for. */
function enter(pattern: string, places: Uint8Array, at: number): void {
  for (let place = at; ; place++) {
    places[place] = 1;
    const char = pattern[place];
    if (char !== "*" && char !== "?") return;
  }
}

/**
 * Graphite patterns that together match all names that an istat pattern does, and maybe others: so
 * that not all names need to be looked at.
 */
export function globsAround(pattern: string): string[] {
  const nodes = pattern.split(".");
  const star = nodes.findIndex((node) => node.includes("*"));
  const glob = (node: string): string => node.replace(/[[\]{}\\,]/g, "?").replaceAll("?", "*");
  if (star < 0) return [nodes.map(glob).join(".")];
  const before = nodes.slice(0, star).map(glob);
  const begins = `${glob(nodes[star]!.slice(0, nodes[star]!.indexOf("*")))}*`;
  const base = [...before, begins].join(".");
  return [base, `${base}.**`];
}
