import { compileRegex } from "../model/regex.ts";
import { parseTagExpression, type TagExpression } from "../model/tag-expression.ts";
import type { QueryJob, TagsJob } from "../render/query-job.ts";
import type { RenderLimits } from "../render/render.ts";
import type { TaggedSource, TagQueries } from "../render/series-source.ts";
import { json, type NamesAnswer } from "./names-jobs.ts";

const KINDS = new Set(["tags", "tag", "findSeries", "completeTags", "completeValues"]);

export function isTagsJob(job: QueryJob): job is TagsJob {
  return KINDS.has(job.kind);
}

/** Does a job on tags. @throws GraphiteError */
export async function runTagsJob(
  job: TagsJob,
  source: TaggedSource,
  { maxSeries }: RenderLimits,
): Promise<NamesAnswer> {
  return json(JSON.stringify(await answerTo(job, source, maxSeries)));
}

async function answerTo(job: TagsJob, source: TaggedSource, maxSeries: number): Promise<unknown> {
  const { tags } = source;
  if (job.kind === "tags") {
    return tags
      .tags("", job.limit, filterOf(job.filter))
      .map((tag) => ({ id: tags.idOf(tag), tag }));
  }
  if (job.kind === "tag") return describeTag(job, tags);
  const expressions: TagExpression[] = job.expressions.map(parseTagExpression);
  if (job.kind === "findSeries") {
    const found = await source.findByTags(expressions, null, maxSeries);
    return found.map(({ path }) => path);
  }
  const { prefix, limit } = job;
  if (job.kind === "completeTags") {
    return expressions.length === 0
      ? tags.tags(prefix, limit)
      : tags.tagsOf(expressions, prefix, limit);
  }
  return expressions.length === 0
    ? tags.values(job.tag, prefix, limit)
    : tags.valuesOf(job.tag, expressions, prefix, limit);
}

/** Null for a tag that no series has. */
function describeTag(job: TagsJob & { kind: "tag" }, tags: TagQueries): object | null {
  const { tag, limit } = job;
  if (tags.values(tag, "", 1).length === 0) return null;
  const values = tags.values(tag, "", limit, filterOf(job.filter)).map((value) => ({
    id: tags.idOf(tag, value),
    value,
    count: tags.seriesCount(tag, value),
  }));
  return { id: tags.idOf(tag), tag, values };
}

/** A filter is a regular expression, anchored at the start. @throws GraphiteError ERR_REGEX */
function filterOf(filter: string | undefined): (text: string) => boolean {
  if (filter === undefined || filter === "") return () => true;
  const regex = compileRegex(filter, { backtracking: "allowed" });
  return (text) => regex.matchStart(text);
}
