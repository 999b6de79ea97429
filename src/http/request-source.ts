import type { FastifyRequest } from "fastify";

const HEADERS = ["x-grafana-org-id", "x-dashboard-id", "x-panel-id"];
const MAX_VALUE = 100;

/** Which dashboard a request says it comes from: `dashboard-id: 7, panel-id: 3`. */
export function requestSource(request: FastifyRequest): string | undefined {
  const parts = HEADERS.flatMap((header) => {
    const value = request.headers[header];
    return value === undefined ? [] : [`${header.slice(2)}: ${String(value).slice(0, MAX_VALUE)}`];
  });
  return parts.length === 0 ? undefined : parts.join(", ");
}
