import type { FoundNode } from "../series-source.ts";

/** What a writer of names may know of the request. */
export interface FindQuery {
  /** As it was asked, before anything was completed. */
  query: string;
  /** An entry that stands for all, where there are several. */
  wildcards: boolean;
  /** Which node of the paths a list of nodes is made of; below 0 from the end. */
  position: number;
  /** Seconds. */
  now: number;
  /** How far back a leaf reaches, seconds. */
  retentionOf(leaf: FoundNode): number;
}

/** A way to write names that were found. */
export interface FindFormat {
  contentType: string;
  /** A text that a browser can read as a value: `jsonp` wraps it and `pretty` indents it. */
  isJson: boolean;
  /** The query is the beginning of a name, and what it begins is looked for. */
  completes: boolean;
  /** `nodes` are sorted by path, a branch before the leaf of the same path. */
  write(nodes: readonly FoundNode[], query: FindQuery): Uint8Array;
}

/** A format that is JSON of one value. */
export function jsonFormat(
  value: (nodes: readonly FoundNode[], query: FindQuery) => unknown,
  { completes = false } = {},
): FindFormat {
  return {
    contentType: "application/json",
    isJson: true,
    completes,
    write: (nodes, query) => Buffer.from(JSON.stringify(value(nodes, query))),
  };
}

export function lastNode(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}

/** Seconds for which a leaf may have data, as Graphite tells it of a file. */
export function intervalOf(leaf: FoundNode, query: FindQuery): [start: number, end: number] {
  return [query.now - query.retentionOf(leaf), query.now];
}
