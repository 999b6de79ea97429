import type { IncomingMessage } from "node:http";
import type { FastifyInstance } from "fastify";
import { browserRoutes } from "./browser-routes.ts";
import { carbonserverRoutes } from "./carbonserver/routes.ts";
import { deleteRoutes } from "./delete-routes.ts";
import { documentRoutes } from "./documents/document-routes.ts";
import type { HttpDoors } from "./doors.ts";
import { DEFAULT_OPTIONS, type HttpOptions } from "./frame/options.ts";
import { checkRoutes } from "./frame/route-rules.ts";
import { serverFrame } from "./frame/server-frame.ts";
import { frontRoutes } from "./front-routes.ts";
import { functionsRoutes } from "./functions-routes.ts";
import { importRoutes } from "./import-routes.ts";
import { infoRoutes } from "./info-routes.ts";
import { metricsRoutes } from "./metrics-routes.ts";
import { openApi } from "./open-api.ts";
import { type PagePlace, pageRoutes } from "./page/page-routes.ts";
import { renderRoutes } from "./render-routes.ts";
import { runQueries } from "./run-queries.ts";
import { snapshotRoutes } from "./snapshot-routes.ts";
import { tagsRoutes } from "./tags-routes.ts";
import { uiRoutes } from "./ui/ui-routes.ts";

/** Where it is when it is not on a port of its own. */
export interface Mount {
  place: PagePlace;
  routeOf: (request: IncomingMessage) => string;
}

/** Graphite's HTTP API and the pages for people, over the given doors; not listening yet. */
export async function buildServer(
  doors: HttpDoors,
  options: Partial<HttpOptions> = {},
  mount?: Mount,
): Promise<FastifyInstance> {
  const all = { ...DEFAULT_OPTIONS, ...options };
  const app = await serverFrame(doors.log, all, mount?.routeOf);
  const answerOtherMethods = checkRoutes(app);
  await openApi(app, doors.health().version);
  const run = runQueries(doors.queries, options.costs ?? null);
  renderRoutes(app, run);
  metricsRoutes(app, run, doors.selfMetrics);
  carbonserverRoutes(app, run, doors);
  tagsRoutes(app, run);
  deleteRoutes(app, doors);
  if (doors.imports !== undefined) importRoutes(app, doors.imports);
  functionsRoutes(app);
  browserRoutes(app, run);
  uiRoutes(app, doors, options.costs ?? null);
  await documentRoutes(app, doors);
  snapshotRoutes(app, doors);
  const place = mount?.place ?? { port: "graphite", api: "" };
  pageRoutes(app, doors.pages ?? new Map(), place, doors.health().version, all);
  frontRoutes(app, doors);
  infoRoutes(app, doors);
  answerOtherMethods();
  return app;
}
