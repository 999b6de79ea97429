import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { GraphiteError } from "../../model/errors.ts";
import { includes, type User } from "./access-rules.ts";
import { isKnownHost } from "./known-hosts.ts";
import type { HttpOptions } from "./options.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Who asks, where access rules are in force. */
    user: User | null;
  }
}

/**
 * Lets a request pass to its route only if the route's role allows it. What changes something is
 * refused to pages of other sites as well: a browser on a machine that reaches the server would do
 * it for any page that is open in it.
 */
export function guardRoutes(app: FastifyInstance, options: HttpOptions): void {
  app.decorateRequest("user", null);
  app.addHook("onRequest", async (request, reply) => {
    const role = request.routeOptions.config.role ?? "open";
    if (request.isLocalControl || role === "open") return;
    if (options.access === null) {
      if (role === "admin") throw adminNeedsRules();
    } else {
      request.user = await userOf(request, reply, options.access);
      if (!includes(request.user.role, role)) {
        const { name, role: has } = request.user;
        const message = `${name} has the role ${has}, and this needs ${role}`;
        throw new GraphiteError("ERR_FORBIDDEN", message);
      }
    }
    if (role === "write" || role === "admin") refuseForeign(request, options);
  });
}

async function userOf(
  request: FastifyRequest,
  reply: FastifyReply,
  access: NonNullable<HttpOptions["access"]>,
): Promise<User> {
  const { authorization } = request.headers;
  const user = authorization === undefined ? null : await access.authenticate(authorization);
  if (user !== null) return user;
  reply.header("www-authenticate", 'Basic realm="statite", charset="UTF-8"');
  throw new GraphiteError(
    "ERR_UNAUTHORIZED",
    authorization === undefined
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
  const { origin, host, referer } = request.headers;
  if (origin !== undefined && options.corsOrigins.includes(origin)) return;
  // What an <img> of another site asks for has no Origin.
  const page = origin ?? (request.method === "GET" ? referer : undefined);
  const site = request.headers["sec-fetch-site"] ?? "none";
  if (
    (page !== undefined && hostOf(page) !== host?.toLowerCase()) ||
    !/^(none|same-origin)$/.test(String(site))
  ) {
    throw new GraphiteError(
      "ERR_ORIGIN",
      "a page of another site must not change anything here: --cors-origins names those that may",
    );
  }
  // A password or token is none that a foreign page could have.
  if (request.user === null && host !== undefined && !isKnownHost(host, options.hosts)) {
    throw new GraphiteError(
      "ERR_ORIGIN",
      `the server is not known as ${JSON.stringify(host.slice(0, 100))}: --http-hosts names what it is called`,
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
