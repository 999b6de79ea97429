import type { FastifyInstance } from "fastify";
import type { CostLimit } from "../access/cost-limit.ts";
import { runQueries } from "../run-queries.ts";
import { bucketRoutes } from "./bucket-routes.ts";
import type { UiDoors } from "./doors.ts";
import { liveRoutes } from "./live/live-routes.ts";
import { nameRoutes } from "./name-routes.ts";
import { operateRoutes } from "./operate-routes.ts";
import { targetRoutes } from "./target-routes.ts";

/** What the pages for people ask beside Graphite's API: all of it below `/_/`, on each port. */
export function uiRoutes(app: FastifyInstance, doors: UiDoors, costs: CostLimit | null): void {
  const run = runQueries(doors.queries, costs);
  nameRoutes(app, run);
  bucketRoutes(app, run);
  targetRoutes(app, run);
  liveRoutes(app, doors.queries, costs);
  if (doors.operate !== undefined) operateRoutes(app, run, doors.operate, doors.diskSpace);
}
