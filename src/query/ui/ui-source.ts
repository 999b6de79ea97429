import type {
  BucketGrid,
  FoundNode,
  StoredBuckets,
  TaggedSource,
} from "../../render/series-source.ts";
import type { NameIndex } from "../../storage/index/name-index.ts";
import type { TagIndex } from "../tags/tag-index.ts";

/** All that is kept of the slots of a grid. */
export interface KeptBuckets extends StoredBuckets {
  last: Float64Array;
  /** 1 + place in GRAPHITE_METHODS of the one statistic that is known of an imported bucket; 0: all are. */
  only: Uint8Array;
}

/** A source of series for the pages for people: its names can be looked through. */
export interface UiSource extends TaggedSource {
  readonly names: NameIndex;
  readonly tags: TagIndex;
  buckets(leaf: FoundNode, grid: BucketGrid): KeptBuckets;
}
