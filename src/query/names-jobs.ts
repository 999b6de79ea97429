import { parseTimeExpression } from "../model/time-expression.ts";
import { knownTimeZone } from "../model/time-zone.ts";
import { expandJson, expandPatterns, findNodes } from "../render/find.ts";
import { FIND_FORMATS } from "../render/find-formats/index.ts";
import { metadataOf } from "../render/metadata.ts";
import type { NamesJob } from "../render/query-job.ts";
import type { RenderLimits } from "../render/render.ts";
import { searchPaths } from "../render/search-paths.ts";
import type { SeriesSource } from "../render/series-source.ts";

/** A longer list of all names is of no use to anybody, and does not fit into the memory of a thread. */
const MAX_INDEX = 4_000_000;

export interface NamesAnswer {
  body: Uint8Array;
  contentType: string;
  /** It can be wrapped and indented. */
  isJson: boolean;
}

/** Does a job on names. @throws GraphiteError */
export async function runNamesJob(
  job: NamesJob,
  source: SeriesSource,
  timeZone: string,
  { maxSeries }: RenderLimits,
): Promise<NamesAnswer> {
  switch (job.kind) {
    case "find":
      return runFind(job, source, timeZone, maxSeries);
    case "expand": {
      const groups = await expandPatterns(job.queries, job.leavesOnly, source, maxSeries);
      return json(expandJson(groups, job.groupByExpr));
    }
    case "index":
      return json(JSON.stringify(await source.allPaths(MAX_INDEX)));
    case "search":
      return {
        body: searchPaths(await source.allPaths(MAX_INDEX), job.query),
        contentType: "text/plain",
        isJson: false,
      };
    case "metadata":
      return json(JSON.stringify(await metadataOf(job.metrics, job.key, source)));
  }
}

export function json(text: string): NamesAnswer {
  return { body: Buffer.from(text), contentType: "application/json", isJson: true };
}

async function runFind(
  job: NamesJob & { kind: "find" },
  source: SeriesSource,
  timeZone: string,
  maxNames: number,
): Promise<NamesAnswer> {
  const now = checkTimes(job, timeZone);
  const { contentType, isJson, completes, write } = FIND_FORMATS[job.format];
  const nodes = await findNodes({ ...job, completes }, source, maxNames);
  const { query, wildcards, position } = job;
  const retentionOf = (leaf: (typeof nodes)[number]): number =>
    Math.max(...source.factsOf(leaf).tiers.map((tier) => tier.retention));
  const body = write(nodes, { query, wildcards, position, now, retentionOf });
  return { body, contentType, isJson };
}

/**
 * Names are not left out by time; a time that cannot be read is an error all the same. What Grafana
 * sends where it knows no time (nothing, `undefined`) is none, and so is Graphite's own -1.
 *
 * @returns the request's idea of now, seconds
 */
function checkTimes(job: NamesJob & { kind: "find" }, timeZone: string): number {
  const zone = (job.tz === undefined ? null : knownTimeZone(job.tz)) ?? timeZone;
  const clock = Math.floor(Date.now() / 1000);
  const time = (text: string | undefined, now: number): number =>
    /^(|-1|undefined)$/.test(text?.trim() ?? "") ? now : parseTimeExpression(text!, now, zone);
  const now = time(job.now, clock);
  time(job.from, now);
  time(job.until, now);
  return now;
}
