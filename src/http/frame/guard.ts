import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { GraphiteError } from "../../model/errors.ts";
import { type AccessRules, includes, type User } from "../access/access-rules.ts";
import { isKnownHost } from "./known-hosts.ts";
import type { HttpOptions } from "./options.ts";
import type { Role } from "./route-rules.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Who asks, where access rules are in force. */
    user: User | null;
    /** Whether the caller may see data: always on a route of role `read`, not always on an `open` one. */
    mayRead: boolean;
  }
}

const CHALLENGE = 'Basic realm="statite", charset="UTF-8"';

/**
 * Lets a request pass to its route only if the route's role allows it. What changes something is
 * refused to pages of other sites as well: a browser on a machine that reaches the server would do
 * it for any page that is open in it.
 */
export function guardRoutes(app: FastifyInstance, options: HttpOptions): void {
  app.decorateRequest("user", null);
  app.decorateRequest("mayRead", true);
  app.addHook("onRequest", async (request, reply) => {
    const role = request.routeOptions.config.role ?? "open";
    if (request.isLocalControl) return;
    if (options.access === null) {
      if (role === "admin") throw adminNeedsRules();
    } else if (role === "open") {
      request.user = await userOf(request, options.access).catch(() => null);
      request.mayRead = request.user !== null;
    } else {
      request.user = await userOf(request, options.access);
      refuseOthers(request, reply, role);
    }
    if (role === "write" || role === "admin") refuseForeign(request, options);
  });
}

async function userOf({ headers }: FastifyRequest, access: AccessRules): Promise<User | null> {
  const { authorization } = headers;
  return authorization === undefined ? access.anonymous : access.authenticate(authorization);
}

/** @throws GraphiteError ERR_UNAUTHORIZED for a user that is not known, ERR_FORBIDDEN for another one */
function refuseOthers({ user, headers }: FastifyRequest, reply: FastifyReply, role: Role): void {
  if (user !== null && includes(user.role, role)) return;
  const hasShownNothing = headers.authorization === undefined;
  if (user !== null && !hasShownNothing) {
    const message = `${user.name} has the role ${user.role}, and this needs ${role}`;
    throw new GraphiteError("ERR_FORBIDDEN", message);
  }
  reply.header("www-authenticate", CHALLENGE);
  throw new GraphiteError(
    "ERR_UNAUTHORIZED",
    hasShownNothing
      ? "this needs a name and a password, or a bearer token"
      : "the name, password or token is not valid",
  );
}

function adminNeedsRules(): GraphiteError {
  return new GraphiteError(
    "ERR_FORBIDDEN",
    "this needs the role admin: use the command line on the server's machine, or give roles with --auth-file",
  );
}

/** @throws GraphiteError ERR_ORIGIN */
function refuseForeign(request: FastifyRequest, options: HttpOptions): void {
  const { origin, referer, authorization } = request.headers;
  // As a trusted proxy was asked for, else as this server was.
  const host = request.host.toLowerCase();
  if (origin !== undefined && options.corsOrigins.includes(origin)) return;
  // What an <img> of another site asks for has no Origin.
  const page = origin ?? (request.method === "GET" ? referer : undefined);
  const site = String(request.headers["sec-fetch-site"] ?? "none");
  const isForeignPage = page !== undefined && hostOf(page) !== host;
  if (isForeignPage || !/^(none|same-origin)$/.test(site)) {
    throw new GraphiteError(
      "ERR_ORIGIN",
      "a page of another site must not change anything here: --cors-origins names those that may",
    );
  }
  // A password or token is none that a foreign page could have.
  const isKnown = authorization !== undefined && request.user !== null;
  if (!isKnown && host !== "" && !isKnownHost(host, options.hosts)) {
    const name = JSON.stringify(host.slice(0, 100));
    throw new GraphiteError(
      "ERR_ORIGIN",
      `the server is not known as ${name}: --http-hosts names what it is called`,
    );
  }
}

function hostOf(page: string): string | null {
  try {
    return new URL(page).host;
  } catch {
    return null;
  }
}
