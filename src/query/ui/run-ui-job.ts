import type { RenderLimits } from "../../render/render.ts";
import { explain } from "../../render/ui/explain.ts";
import { livePoints } from "../../render/ui/live.ts";
import { targetTree } from "../../render/ui/target-tree.ts";
import type { UiJob } from "../../render/ui/ui-job.ts";
import { cardinalityBelow } from "../../storage/index/cardinality.ts";
import { bucketsJson } from "./buckets-job.ts";
import { retentionFor } from "./retention-job.ts";
import type { UiSource } from "./ui-source.ts";

/** Answers what a page for people asks, as JSON. @throws GraphiteError */
export async function runUiJob(
  job: UiJob,
  source: UiSource,
  timeZone: string,
  limits: RenderLimits,
): Promise<Uint8Array> {
  const { own } = source;
  switch (job.ask) {
    case "search":
      return json(source.search(job.query, job.limit));
    case "tree":
      return json(await source.level(job.path, job.offset, job.limit));
    case "buckets":
      return bucketsJson(job.request, source, timeZone, limits);
    case "parse":
      return json(targetTree(job.target));
    case "cardinality":
      return json(cardinalityBelow(own.names, job.prefix, job, job.limit));
    case "tag-cardinality":
      return json(
        job.tag === null
          ? { tags: own.tags.tagCounts().slice(0, job.limit) }
          : { tag: job.tag, values: own.tags.valueCounts(job.tag, job.limit) },
      );
    case "retention":
      return json(await retentionFor(job.name, source));
    case "live":
      return livePoints(job.targets, job, source, timeZone, limits);
    case "explain":
      return json(await explain(job.request, source, timeZone, limits));
  }
}

function json(answer: object): Uint8Array {
  return Buffer.from(JSON.stringify(answer));
}
