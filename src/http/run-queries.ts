import type { FastifyReply, FastifyRequest } from "fastify";
import { GraphiteError } from "../model/errors.ts";
import type { QueryJob, QueryRunner } from "../render/query-job.ts";
import type { CostLimit } from "./access/cost-limit.ts";
import { sendBody } from "./send-body.ts";

/** Runs a job for a request and sends what comes of it, with `headers` when it went well. */
export type RunQuery = (
  job: QueryJob,
  request: FastifyRequest,
  reply: FastifyReply,
  headers?: Record<string, string>,
) => Promise<FastifyReply>;

/** Runs jobs of requests, as far as they may cost; a client that leaves takes its work with it. */
export function runQueries(queries: QueryRunner, costs: CostLimit | null): RunQuery {
  return async (job, request, reply, headers = {}) => {
    costs?.admit(request, reply);
    const began = performance.now();
    const abort = new AbortController();
    const onClose = (): void => {
      if (!reply.raw.writableFinished) abort.abort();
    };
    reply.raw.on("close", onClose);
    try {
      const answer = await queries.run(job, abort.signal);
      costs?.charge(request, answer.threadMs ?? 0);
      for (const problem of answer.problems) request.log.info({ problem }, "target");
      reply.code(answer.status).type(answer.contentType).headers(answer.headers);
      if (answer.status === 200) reply.headers(headers);
      const isKept = answer.isCached === true;
      if (isKept) reply.header("x-statite-cache", "hit");
      return await sendBody(answer.body, request, reply, { isKept });
    } catch (error) {
      // Also for who has not waited for it.
      if (!isNotReady(error)) costs?.charge(request, performance.now() - began);
      if (abort.signal.aborted) return reply.hijack();
      throw error;
    } finally {
      reply.raw.off("close", onClose);
    }
  };
}

function isNotReady(error: unknown): boolean {
  return error instanceof GraphiteError && error.code === "ERR_NOT_READY";
}
