import { GraphiteError } from "../model/errors.ts";
import { resolveRange } from "../model/time-expression.ts";
import { errorsHeader } from "../render/broken-targets.ts";
import { expand, find } from "../render/find.ts";
import type { QueryAnswer, QueryJob } from "../render/query-job.ts";
import { type RenderLimits, render } from "../render/render.ts";
import type { SeriesSource } from "../render/series-source.ts";

const JSON_TYPE = "application/json";

/** Does a job over a source of series. @throws GraphiteError for what is wrong with the request */
export async function runJob(
  job: QueryJob,
  source: SeriesSource,
  timeZone: string,
  limits: RenderLimits,
): Promise<QueryAnswer> {
  if (job.kind === "find") {
    // Names are not left out by time; a range that cannot be read is an error all the same.
    if (job.from !== "-1" && job.until !== "-1") {
      resolveRange(job.from, job.until, Math.floor(Date.now() / 1000), timeZone);
    }
    const body = await find({ ...job, maxNames: limits.maxSeries }, source);
    return answer(Buffer.from(body), job.jsonp);
  }
  if (job.kind === "expand") {
    const { queries, groupByExpr, leavesOnly } = job;
    const body = await expand(queries, groupByExpr, leavesOnly, limits.maxSeries, source);
    return answer(Buffer.from(body), job.jsonp);
  }
  const result = await render({ ...job, timeZone, limits }, source);
  const problems = [
    ...result.broken.map(({ target, column, reason }) => `${target} (column ${column}): ${reason}`),
    ...result.warnings,
  ];
  const header =
    result.broken.length > 0 ? { "x-statite-errors": errorsHeader(result.broken) } : {};
  if (result.isBroken) {
    const reason = `Invalid parameters (${result.broken[0]!.reason}); targets: "${result.broken.map(({ target }) => target).join('", "')}"`;
    const body = Buffer.from(escapeHtml(reason));
    return {
      status: 400,
      contentType: "text/html; charset=utf-8",
      headers: header,
      body,
      problems,
    };
  }
  return { ...answer(result.body, job.jsonp), headers: header, problems };
}

function answer(body: Uint8Array, jsonp: string | undefined): QueryAnswer {
  if (jsonp === undefined) {
    return { status: 200, contentType: JSON_TYPE, headers: {}, body, problems: [] };
  }
  if (!/^[\w$.[\]]{1,256}$/.test(jsonp)) {
    throw new GraphiteError("ERR_PARAMETER", "jsonp must be the name of a function");
  }
  const wrapped = Buffer.concat([Buffer.from(`${jsonp}(`), body, Buffer.from(")")]);
  return { status: 200, contentType: "text/javascript", headers: {}, body: wrapped, problems: [] };
}

export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
