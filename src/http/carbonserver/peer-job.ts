import type { FastifyRequest } from "fastify";
import { GraphiteError } from "../../model/errors.ts";
import type { PeerJob } from "../../render/carbonserver/index.ts";
import { type Protocol, protobufProtocol } from "../../render/carbonserver/protocol.ts";
import type { Params } from "../params.ts";
import { rawBody } from "../raw-body.ts";

/** The protobuf that a request wants its answer in; null for none. */
export function protocolOf(request: FastifyRequest, params: Params): Protocol | null {
  return protobufProtocol(params.one("format"), String(request.headers.accept ?? ""));
}

/**
 * What a frontend asks for that takes us for a go-carbon: in the URL, or in the body, of a GET too.
 *
 * @throws GraphiteError ERR_PARAMETER without anything to look for
 */
export async function peerJob(
  ask: Exclude<PeerJob["ask"], "list">,
  protocol: Protocol,
  request: FastifyRequest,
  params: Params,
): Promise<PeerJob> {
  const body = protocol === "v3" ? await rawBody(request) : undefined;
  const parameter = ask === "find" ? "query" : "target";
  const names = params.all(parameter);
  if (body === undefined && names.length === 0) {
    throw new GraphiteError("ERR_PARAMETER", `Missing required parameter '${parameter}'`);
  }
  if (ask !== "render") return { kind: "peer", ask, protocol, names, body };
  const [from, until] = [params.one("from"), params.one("until")];
  return { kind: "peer", ask, protocol, names, from, until, body };
}
