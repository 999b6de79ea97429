import { jsonpName } from "../model/jsonp.ts";
import { errorsHeader } from "../render/broken-targets.ts";
import { answerPeer } from "../render/carbonserver/index.ts";
import { FORMATS } from "../render/formats/index.ts";
import { prettyJson } from "../render/formats/pretty-json.ts";
import { invalidParameters, MISTAKE_TYPE } from "../render/invalid-parameters.ts";
import { answerIstat } from "../render/istat/index.ts";
import type { QueryAnswer, QueryJob } from "../render/query-job.ts";
import { type RenderAnswer, type RenderLimits, render } from "../render/render.ts";
import { findLeaves } from "./leaves-job.ts";
import { runNamesJob } from "./names-jobs.ts";
import { isTagsJob, runTagsJob } from "./tags-jobs.ts";
import { runUiJob } from "./ui/run-ui-job.ts";
import type { UiSource } from "./ui/ui-source.ts";

/** Problems of one request that are logged, and the characters of a target in one. */
const MAX_PROBLEMS = 10;
const MAX_LOGGED = 200;

/** Does a job over a source of series. @throws GraphiteError for what is wrong with the request */
export async function runJob(
  job: QueryJob,
  source: UiSource,
  timeZone: string,
  limits: RenderLimits,
): Promise<QueryAnswer> {
  if (job.kind === "istat") return answerIstat(job, source, limits);
  if (job.kind === "peer") return answerPeer(job, source, timeZone, limits);
  if (job.kind === "ui") {
    const body = await runUiJob(job, source, timeZone, limits);
    return answer(body, "application/json", undefined);
  }
  if (job.kind === "leaves") {
    const leaves = await findLeaves(job.patterns, job.isExact, source);
    return answer(Buffer.from(JSON.stringify(leaves)), "application/json", undefined);
  }
  if (job.kind !== "render") {
    const { body, contentType, isJson } = isTagsJob(job)
      ? await runTagsJob(job, source, limits)
      : await runNamesJob(job, source, timeZone, limits);
    const shown = isJson && job.isPretty === true ? prettyJson(body) : body;
    return answer(shown, contentType, isJson ? job.jsonp : undefined);
  }
  const result = await render({ ...job, timeZone, limits }, source);
  const { broken, isBroken, body } = result;
  const headers: Record<string, string> =
    broken.length > 0 ? { "x-statite-errors": errorsHeader(broken) } : {};
  const problems = problemsOf(result);
  if (isBroken) {
    const { reason, call } = broken[0]!;
    const targets = broken.map(({ target }) => target);
    const page = Buffer.from(invalidParameters(reason, { targets, source: job.source, call }));
    return { status: 400, contentType: MISTAKE_TYPE, headers, body: page, problems };
  }
  const { contentType, isJson } = FORMATS[job.format];
  return { ...answer(body, contentType, isJson ? job.jsonp : undefined), headers, problems };
}

function problemsOf({ broken, warnings }: RenderAnswer): string[] {
  const problems = [
    ...broken.map(
      ({ target, column, reason }) =>
        `${target.slice(0, MAX_LOGGED)} (column ${column}): ${reason.slice(0, MAX_LOGGED)}`,
    ),
    ...warnings,
  ];
  if (problems.length <= MAX_PROBLEMS) return problems;
  const more = `and ${problems.length - MAX_PROBLEMS} more`;
  return [...problems.slice(0, MAX_PROBLEMS), more];
}

function answer(body: Uint8Array, contentType: string, jsonp: string | undefined): QueryAnswer {
  const name = jsonpName(jsonp);
  if (name === undefined) {
    return { status: 200, contentType, headers: {}, body, problems: [] };
  }
  const wrapped = Buffer.concat([Buffer.from(`${name}(`), body, Buffer.from(")")]);
  return { status: 200, contentType: "text/javascript", headers: {}, body: wrapped, problems: [] };
}
