import type { FastifyInstance } from "fastify";
import type { RunQuery } from "../run-queries.ts";
import { bucketRoutes } from "./bucket-routes.ts";
import { nameRoutes } from "./name-routes.ts";
import { targetRoutes } from "./target-routes.ts";

/** What the pages for people ask beside Graphite's API: all of it below `/_/`, on each port. */
export function uiRoutes(app: FastifyInstance, run: RunQuery): void {
  nameRoutes(app, run);
  bucketRoutes(app, run);
  targetRoutes(app, run);
}
