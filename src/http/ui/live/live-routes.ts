import type { FastifyInstance, FastifyRequest } from "fastify";
import { GraphiteError } from "../../../model/errors.ts";
import type { QueryRunner } from "../../../render/query-job.ts";
import type { CostLimit } from "../../access/cost-limit.ts";
import { describe, integer, texts } from "../../frame/describe.ts";
import { Params } from "../../params.ts";
import { within } from "../name-routes.ts";
import { type LiveOptions, type LivePoints, LiveStream } from "./live-stream.ts";

/** Streams that a port serves at a time. */
const MAX_STREAMS = 100;
const MAX_TARGETS = 100;
const MAX_STEP = 60;
/** Seconds before now that each event shows: what was late is in the next one. */
const TAIL_SECONDS = 120;

export const LIVE_OPTIONS: LiveOptions = {
  lookMs: 1000,
  heartbeatMs: 15_000,
  patienceMs: 30_000,
  lifeMs: 600_000,
};

const LIVE = describe({
  summary: "The newest points of targets as they come: server-sent events",
  description: `An event points has {"time", "until", "series": [{"target", "name", "start", "step", "values"}]}: the last ${TAIL_SECONDS} seconds of all series, whenever they have changed. An event errors has [{"target", "message", "column"}]. A stream ends after ten minutes and with the server; who still may comes back.`,
  chapter: "Pages",
  query: {
    target: texts("targets, as of /render"),
    step: integer(`seconds between two looks, 1 by default and at most ${MAX_STEP}`),
  },
  answers: { 200: { description: "text/event-stream", type: "string" } },
});

/** `/_/live`. */
export function liveRoutes(
  app: FastifyInstance,
  queries: QueryRunner,
  costs: CostLimit | null,
  options: LiveOptions = LIVE_OPTIONS,
): void {
  const streams = new Set<LiveStream>();
  app.addHook("preClose", async () => {
    for (const stream of streams) stream.end();
  });
  app.route({
    method: "GET",
    url: "/_/live",
    config: { role: "read" },
    schema: LIVE,
    exposeHeadRoute: false,
    handler: async (request, reply) => {
      const params = new Params(request);
      const targets = params.all("target");
      const step = within(params, "step", 1, MAX_STEP) ?? 1;
      if (targets.length === 0 || targets.length > MAX_TARGETS) {
        throw new GraphiteError("ERR_PARAMETER", `there must be 1 to ${MAX_TARGETS} targets`);
      }
      if (streams.size >= MAX_STREAMS) {
        const message = `there are ${MAX_STREAMS} live streams: try again later`;
        throw new GraphiteError("ERR_NOT_READY", message);
      }
      const look = (): Promise<LivePoints> => newest(targets, queries, costs, request);
      const lookMs = Math.max(options.lookMs, (step - 1) * 1000);
      const stream = new LiveStream(look, { ...options, lookMs }, (isSlow) => {
        streams.delete(stream);
        if (isSlow) request.log.info("a reader of live points was too slow, and was dropped");
      });
      streams.add(stream);
      reply
        .type("text/event-stream; charset=utf-8")
        .header("cache-control", "no-cache, no-transform")
        // A server that closes would wait for the connection until nobody has used it for a while.
        .header("connection", "close")
        // A proxy that collects answers before it passes them on is asked not to.
        .header("x-accel-buffering", "no");
      return reply.send(stream.readable);
    },
  });
}

async function newest(
  targets: string[],
  queries: QueryRunner,
  costs: CostLimit | null,
  request: FastifyRequest,
): Promise<LivePoints> {
  if (costs !== null && !costs.isLeft(request)) {
    const message = "the queries of this user take too much time: fewer live graphs are needed";
    throw new GraphiteError("ERR_LIMIT_COST", message);
  }
  const until = Math.floor(Date.now() / 1000);
  const window = { from: until - TAIL_SECONDS, until };
  // A look is short: when its reader leaves meanwhile, it is not worth to end a thread for it.
  const { signal } = new AbortController();
  try {
    const { body, threadMs = 0 } = await queries.run(
      { kind: "ui", ask: "live", targets, ...window },
      signal,
    );
    costs?.charge(request, threadMs);
    const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    const end = text.indexOf(10);
    return { errors: text.subarray(0, end), series: text.subarray(end + 1) };
  } catch (error) {
    if (error instanceof GraphiteError) throw error;
    request.log.error({ err: error }, "live points cannot be read");
    throw new Error("internal error, see the log");
  }
}
