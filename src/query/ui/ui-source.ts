import type { StorageRules } from "../../model/schema.ts";
import type {
  BucketGrid,
  FoundNode,
  StoredBuckets,
  TaggedSource,
} from "../../render/series-source.ts";
import type { NameIndex } from "../../storage/index/name-index.ts";
import type { NameLevel } from "../../storage/index/name-level.ts";
import type { SearchAnswer } from "../../storage/index/search/search-names.ts";
import type { TagIndex } from "../tags/tag-index.ts";

/** All that is kept of the slots of a grid. */
export interface KeptBuckets extends StoredBuckets {
  last: Float64Array;
  /** 1 + place in GRAPHITE_METHODS of the one statistic that is known of an imported bucket; 0: all are. */
  only: Uint8Array;
}

/** A level of the tree of names, and how many series are in no tree. */
export interface TreeLevel extends NameLevel {
  tagged: number;
}

/** The server's own store, without those of other systems behind it. */
export interface OwnStore {
  readonly names: NameIndex;
  readonly tags: TagIndex;
  /** In force at present. */
  readonly rules: StorageRules;
}

/** A source of series for the pages for people: its names can be looked through. */
export interface UiSource extends TaggedSource {
  readonly own: OwnStore;
  /** Names that have the words of a query; see searchWords and searchNames. @throws GraphiteError */
  search(query: string, limit: number): SearchAnswer;
  /** What is directly below a path; see nameLevel. */
  level(path: string, offset: number, limit: number): Promise<TreeLevel>;
  buckets(leaf: FoundNode, grid: BucketGrid): KeptBuckets;
}
