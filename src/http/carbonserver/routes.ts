import { hostname } from "node:os";
import type { FastifyInstance } from "fastify";
import { GraphiteError } from "../../model/errors.ts";
import { encodeMessage } from "../../render/carbonserver/messages.ts";
import { CONTENT_TYPES, type Protocol } from "../../render/carbonserver/protocol.ts";
import type { HttpDoors } from "../doors.ts";
import { describe, oneOf, text, texts } from "../frame/describe.ts";
import { Params } from "../params.ts";
import type { RunQuery } from "../run-queries.ts";
import { peerJob, protocolOf } from "./peer-job.ts";

const FORMAT = oneOf(["json", "protobuf", "carbonapi_v2_pb", "carbonapi_v3_pb"], "json by default");

/**
 * What go-carbon has besides /render and /metrics/find: how series are kept, all names, the room
 * on the disk, and the protocols that carbonapi may choose from.
 */
export function carbonserverRoutes(app: FastifyInstance, run: RunQuery, doors: HttpDoors): void {
  app.get(
    "/info",
    {
      config: { role: "read" },
      schema: describe({
        summary: "How series are kept: retention, aggregation method, xFilesFactor",
        chapter: "Metrics",
        query: { target: texts("series, with globs"), format: FORMAT },
        answers: { 200: { description: "retentions by series", type: "object" } },
      }),
    },
    async (request, reply) => {
      const params = new Params(request);
      const job = await peerJob(
        "info",
        formatOf(params, protocolOf(request, params)),
        request,
        params,
      );
      return run(job, request, reply);
    },
  );

  app.get(
    "/metrics/list",
    {
      config: { role: "read" },
      schema: describe({
        summary: "The names of all series",
        chapter: "Metrics",
        query: { format: FORMAT },
        answers: { 200: { description: "all names", type: "object" } },
      }),
    },
    async (request, reply) => {
      const params = new Params(request);
      const protocol = formatOf(params, protocolOf(request, params));
      return run({ kind: "peer", ask: "list", protocol }, request, reply);
    },
  );

  app.get(
    "/metrics/details",
    {
      config: { role: "read" },
      schema: describe({
        summary: "Room on the disk of the data",
        description: "Series have no files of their own here, so there are no details of them.",
        chapter: "Metrics",
        query: { format: FORMAT },
        answers: { 200: { description: "bytes, free and in all", type: "object" } },
      }),
    },
    async (request, reply) => {
      const params = new Params(request);
      const protocol = formatOf(params, protocolOf(request, params));
      const { freeBytes: FreeSpace, totalBytes: TotalSpace } = await doors.diskSpace();
      reply.type(CONTENT_TYPES[protocol]);
      if (protocol === "json") return { FreeSpace, TotalSpace, Metrics: null };
      return encodeMessage("v3.MetricDetailsResponse", { FreeSpace, TotalSpace });
    },
  );

  app.get(
    "/_internal/capabilities",
    {
      config: { role: "read" },
      schema: describe({
        summary: "Protocols that carbonapi may speak with this server, the best one first",
        chapter: "Server",
        query: { format: text("carbonapi_v3_pb, else JSON") },
        answers: { 200: { description: "capabilities", type: "object" } },
      }),
    },
    async (request, reply) => {
      const protocol = protocolOf(request, new Params(request)) === "v3" ? "v3" : "json";
      const capabilities = { ...CAPABILITIES, name: hostname() };
      reply.type(CONTENT_TYPES[protocol]);
      if (protocol === "json") return capabilities;
      return encodeMessage("v3.CapabilityResponse", capabilities);
    },
  );
}

const CAPABILITIES = {
  supportedProtocols: [
    "carbonapi_v3_pb",
    "carbonapi_v2_pb",
    "graphite-web-pickle",
    "graphite-web-pickle-1.1",
  ],
  highPrecisionTimestamps: false,
  supportFilteringFunctions: false,
  // carbonapi 0.16 loses all batches but one of a request that it was invited to split.
  likeSplittedRequests: false,
  supportStreaming: false,
};

/** @throws GraphiteError ERR_PARAMETER for another format */
function formatOf(params: Params, protocol: Protocol | null): Protocol {
  const format = params.one("format") ?? "json";
  if (protocol !== null) return protocol;
  if (format === "json" || format === "") return "json";
  throw new GraphiteError(
    "ERR_PARAMETER",
    `Invalid value for 'format' parameter: one of json, protobuf, carbonapi_v2_pb, carbonapi_v3_pb`,
  );
}
