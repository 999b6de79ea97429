import type { DeleteDoor } from "../../src/http/doors.ts";
import { findLeaves } from "../../src/query/leaves-job.ts";
import type { TaggedSource } from "../../src/render/series-source.ts";
import type { StoreHarness } from "../storage/store-harness.ts";

/** Deletes in a store of this thread. */
export function storeDeletes(store: StoreHarness, source: TaggedSource): DeleteDoor {
  return {
    find: (patterns) => findLeaves(patterns, false, source),
    findExact: (paths) => findLeaves(paths, true, source),
    delete: async (series) => store.writer.deleteSeries(series),
  };
}

/** For a server of which nothing is deleted. */
export function noDeletes(): never {
  throw new Error("nothing can be deleted here");
}
