/** What a row of the tree shows; null as long as it is not loaded. */
export interface TreeRow {
  node: TreeNode | null;
  depth: number;
  isOpen: boolean;
  /** Where it is in its level, and how many there are. */
  place: number;
  total: number;
}

export interface TreeNode {
  text: string;
  path: string;
  isLeaf: boolean;
  isBranch: boolean;
}

/** A piece of a level that is to be loaded. */
export interface TreePage {
  path: string;
  offset: number;
}

export const PAGE_ROWS = 500;

interface Level {
  path: string;
  total: number;
  /** By their number. */
  pages: Map<number, readonly TreeNode[]>;
  /** Open nodes by where they are, in order. */
  open: { place: number; level: Level }[];
}

/**
 * A tree of names of which only what was looked at is loaded. Rows are counted through all open
 * levels; a level of a million children costs no more than what is seen of it.
 */
export class TreeModel {
  readonly #root = newLevel("");
  readonly #levels = new Map<string, Level>([["", this.#root]]);

  get rowCount(): number {
    return sizeOf(this.#root);
  }

  row(index: number): TreeRow | null {
    let level = this.#root;
    let depth = 0;
    let rest = index;
    for (;;) {
      let place = rest;
      let inner: Level | null = null;
      for (const { place: at, level: child } of level.open) {
        if (place <= at) break;
        const size = sizeOf(child);
        if (place <= at + size) {
          inner = child;
          rest = place - at - 1;
          break;
        }
        place -= size;
      }
      if (inner === null) {
        if (place >= level.total) return null;
        const node = nodeAt(level, place);
        const isOpen = level.open.some((one) => one.place === place);
        return { node, depth, isOpen, place, total: level.total };
      }
      level = inner;
      depth++;
    }
  }

  /** The row of a path that is loaded and in sight; -1 for none. */
  indexOf(path: string): number {
    const search = (level: Level): number => {
      let before = 0;
      const opens = [...level.open];
      for (const [page, nodes] of level.pages) {
        const at = nodes.findIndex((node) => node.path === path);
        if (at < 0) continue;
        const place = page * PAGE_ROWS + at;
        const above = opens.filter((one) => one.place < place);
        return place + above.reduce((sum, one) => sum + sizeOf(one.level), 0);
      }
      for (const { place, level: child } of opens) {
        const found = search(child);
        if (found >= 0) return place + before + 1 + found;
        before += sizeOf(child);
      }
      return -1;
    };
    return search(this.#root);
  }

  /** Opens a branch that is loaded; its rows are there once its first page is. */
  open(path: string): void {
    const [level, place] = this.#placeOf(path) ?? [];
    if (level === undefined || place === undefined) return;
    if (level.open.some((one) => one.place === place)) return;
    const child = this.#levels.get(path) ?? newLevel(path);
    this.#levels.set(path, child);
    level.open.push({ place, level: child });
    level.open.sort((a, b) => a.place - b.place);
  }

  close(path: string): void {
    const [level, place] = this.#placeOf(path) ?? [];
    if (level !== undefined) level.open = level.open.filter((one) => one.place !== place);
  }

  /** Takes a page of a level. Open nodes stay open where they are now. */
  take({ path, offset }: TreePage, total: number, nodes: readonly TreeNode[]): void {
    const level = this.#levels.get(path);
    if (level === undefined) return;
    if (total !== level.total) {
      // What is behind a node that is new has moved; it is loaded again when it is seen.
      const page = offset / PAGE_ROWS;
      for (const known of [...level.pages.keys()]) if (known > page) level.pages.delete(known);
    }
    level.total = total;
    level.pages.set(offset / PAGE_ROWS, nodes);
    level.open = level.open
      .map((one) => ({ ...one, place: this.#placeIn(level, one.level.path) ?? one.place }))
      .filter(({ place, level: child }) => {
        const node = place < total ? nodeAt(level, place) : null;
        return place < total && (node === null || node.path === child.path);
      })
      .sort((a, b) => a.place - b.place);
  }

  /** Pages that rows need and that are not there. */
  missing(first: number, end: number): TreePage[] {
    const found = new Map<string, TreePage>();
    const look = (level: Level, base: number): void => {
      if (level.total === 0 && !level.pages.has(0)) {
        found.set(`0 ${level.path}`, { path: level.path, offset: 0 });
        return;
      }
      let above = 0;
      let from = 0;
      const stretches = [...level.open, { place: level.total - 1, level: null }];
      for (const { place, level: child } of stretches) {
        const low = Math.max(from, first - base - above);
        const high = Math.min(place, end - 1 - base - above);
        for (let page = Math.floor(low / PAGE_ROWS); page <= Math.floor(high / PAGE_ROWS); page++) {
          if (high < low || level.pages.has(page)) continue;
          const offset = page * PAGE_ROWS;
          found.set(`${offset} ${level.path}`, { path: level.path, offset });
        }
        if (child !== null) {
          look(child, base + above + place + 1);
          above += sizeOf(child);
        }
        from = place + 1;
      }
    };
    look(this.#root, 0);
    return [...found.values()];
  }

  /** Pages that are there and can be seen in open levels, the uppermost level first; to be asked for again. */
  loaded(most: number): TreePage[] {
    const pages: TreePage[] = [];
    const visit = (level: Level): void => {
      for (const page of level.pages.keys()) {
        pages.push({ path: level.path, offset: page * PAGE_ROWS });
      }
      for (const { level: child } of level.open) visit(child);
    };
    visit(this.#root);
    return pages.slice(0, most);
  }

  #placeOf(path: string): [Level, number] | null {
    for (const level of this.#levels.values()) {
      const place = this.#placeIn(level, path);
      if (place !== null) return [level, place];
    }
    return null;
  }

  #placeIn(level: Level, path: string): number | null {
    for (const [page, nodes] of level.pages) {
      const at = nodes.findIndex((node) => node.path === path);
      if (at >= 0) return page * PAGE_ROWS + at;
    }
    return null;
  }
}

function newLevel(path: string): Level {
  return { path, total: 0, pages: new Map(), open: [] };
}

function sizeOf(level: Level): number {
  return level.open.reduce((sum, one) => sum + sizeOf(one.level), level.total);
}

function nodeAt(level: Level, place: number): TreeNode | null {
  return level.pages.get(Math.floor(place / PAGE_ROWS))?.[place % PAGE_ROWS] ?? null;
}
