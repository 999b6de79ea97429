import type { QueryAnswer } from "../query-job.ts";
import type { RenderLimits } from "../render.ts";
import type { SeriesSource } from "../series-source.ts";
import { answerCounter, type CounterRequest } from "./counter.ts";
import { answerMultiGet, type MultiGetRequest } from "./multi-get.ts";
import { answerNames } from "./names.ts";

/** Work for a client of istatd's HTTP API. */
export type IstatJob =
  | ({ kind: "istat"; ask: "counter" } & CounterRequest)
  | ({ kind: "istat"; ask: "multi-get" } & MultiGetRequest)
  | { kind: "istat"; ask: "names"; pattern: string };

/** @throws GraphiteError for what is wrong with the request */
export function answerIstat(
  job: IstatJob,
  source: SeriesSource,
  limits: RenderLimits,
): Promise<QueryAnswer> {
  switch (job.ask) {
    case "counter":
      return answerCounter(job, source, limits);
    case "multi-get":
      return answerMultiGet(job, source, limits);
    case "names":
      return answerNames(job.pattern, source);
  }
}
