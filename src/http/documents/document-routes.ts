import type { FastifyInstance } from "fastify";
import type { HttpDoors } from "../doors.ts";
import { composerRoutes } from "./composer-routes.ts";
import { dashboardRoutes } from "./dashboard-routes.ts";
import { eventRoutes } from "./event-routes.ts";
import { linkRoutes } from "./link-routes.ts";
import { savedDashboardRoutes } from "./saved-dashboard-routes.ts";

/** Routes on what is kept besides datapoints: events, dashboards, short links. */
export async function documentRoutes(app: FastifyInstance, doors: HttpDoors): Promise<void> {
  await eventRoutes(app, doors);
  dashboardRoutes(app, doors);
  savedDashboardRoutes(app, doors);
  linkRoutes(app, doors);
  composerRoutes(app);
}
